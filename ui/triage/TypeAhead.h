#pragma once

#include <QKeyCombination>
#include <QList>
#include <QObject>
#include <QString>

class QKeyEvent;
class QWidget;

namespace calldeck
{

/**
 * Keys that were pressed while the call they are meant for is not there yet. They are kept back as keys, whatever they
 * will mean: what a digit or a letter does depends on the field that has the focus once the keys before it were taken. GUI thread.
 */
class TypeAhead : public QObject
{
    Q_OBJECT
public:
    explicit TypeAhead(QWidget *window);

    /** From now on keys wait, also when release() is giving out earlier ones: the rest of those waits with them. */
    void hold();
    /** Gives what waits, in the order it was pressed, to whatever has the focus at each key; forgets it when the desk was locked meanwhile. */
    void release();
    /** Forgets what waits: the call it was meant for does not come. */
    void drop();

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    struct Key {
        QKeyCombination keys;
        QString text;
        bool repeated = false; ///< the key was held down
    };

    bool isOurs(const QObject *target) const;
    void give(const Key &key);
    bool trigger(const Key &key) const;

    QWidget *m_window;
    QList<Key> m_waiting;
    bool m_holding = false;
};

} // namespace calldeck
