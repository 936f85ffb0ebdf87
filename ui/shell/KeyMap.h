#pragma once

#include <QKeySequence>
#include <QList>
#include <QObject>
#include <QString>

class QWidget;

namespace calldeck
{

/** A command of the window and the keys that give it. */
struct KeyAction {
    QString id;    ///< "next", "disposition-1", "view-triage"
    QString group; ///< heading in the sheet of keys
    QString title;
    QList<QKeySequence> keys;
};

/** Every key of the window, the one list that the shortcuts and the sheet of keys are made of. */
const QList<KeyAction> &keyMap();

/** Listens to the keys of keyMap() in one window. Fields and open popovers keep the keys they need. */
class KeyMap : public QObject
{
    Q_OBJECT
public:
    explicit KeyMap(QWidget *window);

Q_SIGNALS:
    void triggered(const QString &action);
};

} // namespace calldeck
