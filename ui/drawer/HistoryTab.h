#pragma once

#include "desk/DeskService.h"
#include "theme/Controls.h"

#include <QTreeWidget>

namespace calldeck
{

/** Everything with this number on one time line under day headings, and the audit trail of this call. */
class HistoryTab : public QTreeWidget
{
    Q_OBJECT
public:
    HistoryTab(DeskService &desk, const Theme &theme, QWidget *parent = nullptr);
    void setCall(CallKey call);

Q_SIGNALS:
    void callAsked(calldeck::CallKey call);
    void failed(const calldeck::Error &error);

private:
    void fill(const QList<TimelineEntry> &entries);

    DeskService &m_desk;
    const Theme &m_theme;
    CallKey m_call = 0;
};

} // namespace calldeck
