#pragma once

#include <QEvent>
#include <QObject>
#include <functional>
#include <optional>

namespace calldeck
{

/**
 * Hears of every key, mouse, touch and pen, and of every button that assistive technology presses, before it reaches anybody. What is taken away goes nowhere: whom it was
 * for may be put away or gone. A key comes in several events, and is taken away as a whole. On the GUI thread.
 */
class InputWatch : public QObject
{
    Q_OBJECT
public:
    /** `takes` is asked at each input, and says whether it is taken away. */
    explicit InputWatch(std::function<bool()> takes) : m_takes(std::move(takes)) {}

    void setWatching(bool watching);

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    /** Whether it goes on with the key that was taken away. Knows when that key is let go. */
    bool isOfTakenKey(const QEvent &event);
    void follow();

    std::function<bool()> m_takes;
    std::optional<int> m_takenKey; ///< until it is let go
    bool m_watching = false;
};

} // namespace calldeck
