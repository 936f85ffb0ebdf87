#pragma once

#include "desk/DeskService.h"
#include "theme/Controls.h"

#include <QLineEdit>
#include <QTreeWidget>

namespace calldeck
{

class FieldEditor;

/** Every field of the call, grouped. A click copies a value; Enter, F2 or a double click changes one that a person may change. */
class DetailsTab : public QWidget
{
    Q_OBJECT
public:
    DetailsTab(DeskService &desk, const Theme &theme, QWidget *parent = nullptr);
    void setCall(const CallDetail &detail);

Q_SIGNALS:
    void saved(const calldeck::Receipt &receipt, const QString &sentence);

protected:
    void showEvent(QShowEvent *event) override;

private:
    void build();
    void fill();
    void paintColours();
    void connectTree();
    void filter(const QString &text);
    void copy(const QTreeWidgetItem &item);
    void change(CallField field, const QString &text);
    void say(const QString &sentence, Token ink);

    DeskService &m_desk;
    const Theme &m_theme;
    Call m_call;
    QLineEdit *m_filter;
    Text *m_message; ///< what was copied, or why a change was refused
    QTreeWidget *m_tree;
    FieldEditor *m_editor;
    QList<QTreeWidgetItem *> m_items; ///< by CallField
    bool m_stale = false; ///< the items show another call: a hundred texts are set when somebody looks
};

} // namespace calldeck
