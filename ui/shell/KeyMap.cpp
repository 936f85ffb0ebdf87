#include "shell/KeyMap.h"

#include <QShortcut>
#include <QWidget>

namespace calldeck
{

namespace
{

KeyAction action(const QString &group, const QString &id, const QString &title, const QStringList &keys)
{
    KeyAction made{id, group, title, {}};
    for (const QString &key : keys)
        made.keys.append(QKeySequence(key));
    return made;
}

QList<KeyAction> moving()
{
    const QString group = QStringLiteral("Moving");
    return {
        action(group, QStringLiteral("next"), QStringLiteral("Next call"), {QStringLiteral("J"), QStringLiteral("Down")}),
        action(group, QStringLiteral("previous"), QStringLiteral("Previous call"), {QStringLiteral("K"), QStringLiteral("Up")}),
        action(group, QStringLiteral("search"), QStringLiteral("Search"), {QStringLiteral("Ctrl+K"), QStringLiteral("/")}),
        action(group, QStringLiteral("view-triage"), QStringLiteral("Triage"), {QStringLiteral("Ctrl+1")}),
        action(group, QStringLiteral("view-calls"), QStringLiteral("Calls"), {QStringLiteral("Ctrl+2")}),
        action(group, QStringLiteral("view-followups"), QStringLiteral("Follow-ups"), {QStringLiteral("Ctrl+3")}),
        action(group, QStringLiteral("view-settings"), QStringLiteral("Settings"), {QStringLiteral("Ctrl+8")}),
        action(group, QStringLiteral("tab-summary"), QStringLiteral("Summary of the call"), {QStringLiteral("Alt+1")}),
        action(group, QStringLiteral("tab-details"), QStringLiteral("Details of the call"), {QStringLiteral("Alt+4")}),
        action(group, QStringLiteral("tab-history"), QStringLiteral("History of the caller"), {QStringLiteral("Alt+5")}),
        action(group, QStringLiteral("close"), QStringLiteral("Back to the list, close the drawer"), {QStringLiteral("Escape")}),
    };
}

QList<KeyAction> deciding()
{
    const QString group = QStringLiteral("The call at hand");
    QList<KeyAction> actions{
        action(group, QStringLiteral("notes"), QStringLiteral("Notes"), {QStringLiteral("N")}),
        action(group, QStringLiteral("follow-up"), QStringLiteral("Follow-up; then 1, 2, 3 or a typed time"), {QStringLiteral("F")}),
        action(group, QStringLiteral("tags"), QStringLiteral("Tags"), {QStringLiteral("T")}),
        action(group, QStringLiteral("value"), QStringLiteral("Value"), {QStringLiteral("V")}),
        action(group, QStringLiteral("emergency"), QStringLiteral("Emergency on or off"), {QStringLiteral("E")}),
        action(group, QStringLiteral("skip"), QStringLiteral("Skip with a reason"), {QStringLiteral("S")}),
        action(group, QStringLiteral("save"), QStringLiteral("Save"), {QStringLiteral("Ctrl+S")}),
        action(group, QStringLiteral("save-next"), QStringLiteral("Save and next"), {QStringLiteral("Ctrl+Return"), QStringLiteral("Ctrl+Enter")}),
        action(group, QStringLiteral("undo"), QStringLiteral("Undo"), {QStringLiteral("Ctrl+Z")}),
        action(group, QStringLiteral("lock"), QStringLiteral("Lock the desk"), {QStringLiteral("Ctrl+Shift+L")}),
        action(group, QStringLiteral("keys"), QStringLiteral("All keys"), {QStringLiteral("?"), QStringLiteral("F1")}),
    };
    for (int digit = 0; digit <= 9; ++digit)
        actions.append(action({}, QStringLiteral("disposition-%1").arg(digit), {}, {QString::number(digit)}));
    return actions;
}

} // namespace

const QList<KeyAction> &keyMap()
{
    static const QList<KeyAction> actions = moving() + deciding();
    return actions;
}

KeyMap::KeyMap(QWidget *window) : QObject(window)
{
    for (const KeyAction &action : keyMap()) {
        for (const QKeySequence &keys : action.keys) {
            auto *shortcut = new QShortcut(keys, window);
            const bool repeats = action.id == QStringLiteral("next") || action.id == QStringLiteral("previous");
            shortcut->setAutoRepeat(repeats);
            connect(shortcut, &QShortcut::activated, this, [this, id = action.id] { Q_EMIT triggered(id); });
        }
    }
}

} // namespace calldeck
