#pragma once

#include "desk/DeskService.h"
#include "theme/Controls.h"

#include <QLineEdit>

namespace calldeck
{

/** When to get back to somebody: three presets (keys 1, 2, 3 while the field is empty) or a typed time, with what was understood. */
class FollowUpPicker : public QWidget
{
    Q_OBJECT
public:
    FollowUpPicker(DeskService &desk, const Theme &theme, QWidget *parent = nullptr);

    std::optional<TimeMs> time() const { return m_time; }
    void setTime(std::optional<TimeMs> time);
    void focusField();

Q_SIGNALS:
    void picked();
    /** Enter in the field with a time that was understood, or a preset by its key. */
    void finished();

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void choosePreset(int number);
    void typed(const QString &text);
    void say();

    DeskService &m_desk;
    QTimeZone m_zone;
    QList<Button *> m_presets;
    QLineEdit *m_field;
    Text *m_understood;
    std::optional<TimeMs> m_time;
};

} // namespace calldeck
