#pragma once

#include "desk/DeskService.h"
#include "theme/Controls.h"

#include <QLineEdit>
#include <QTreeWidget>

namespace calldeck
{

/** Every field of the call, grouped; what a person may change is edited in place (Enter or double click). */
class DetailsTab : public QWidget
{
    Q_OBJECT
public:
    DetailsTab(DeskService &desk, const Theme &theme, QWidget *parent = nullptr);
    void setCall(const CallDetail &detail);

Q_SIGNALS:
    void saved(const calldeck::Receipt &receipt, const QString &sentence);
    void failed(const calldeck::Error &error);

private:
    void build();
    void filter(const QString &text);
    void edited(QTreeWidgetItem *item);

    DeskService &m_desk;
    const Theme &m_theme;
    Call m_call;
    bool m_filling = false;
    QLineEdit *m_filter;
    QTreeWidget *m_tree;
    QList<QTreeWidgetItem *> m_items; ///< by CallField
};

} // namespace calldeck
