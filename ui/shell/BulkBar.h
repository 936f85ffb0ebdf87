#pragma once

#include "desk/DeskService.h"
#include "theme/Controls.h"

#include <QLineEdit>

namespace calldeck
{

class BulkDisposition;
class AskPopover;

/** What can be done with all selected calls at once; shown while there is a selection. Every action can be undone. */
class BulkBar : public QWidget
{
    Q_OBJECT
public:
    /** `calls` gives the selected calls when an action needs them. */
    BulkBar(DeskService &desk, const Theme &theme, std::function<QList<CallKey>()> calls, QWidget *window);
    void setCount(qint64 selected);

Q_SIGNALS:
    void saved(const calldeck::Receipt &receipt, const QString &sentence);
    void failed(const calldeck::Error &error);
    void clearAsked();

private:
    void buildAsking(QWidget *window);
    void addAction(const QString &icon, const QString &text, std::function<void()> act);
    void apply(const Command &command, const QString &sentence);
    void dispose();
    void tag();
    void markSpam();
    void assign();

    DeskService &m_desk;
    const Theme &m_theme;
    std::function<QList<CallKey>()> m_calls;
    Text *m_count;
    QBoxLayout *m_row;
    AskPopover *m_askTag;
    QLineEdit *m_tag;
    AskPopover *m_askSpam;
    QLineEdit *m_spam;
    AskPopover *m_askAgent;
    QLineEdit *m_agent;
    QWidget *m_window;
    BulkDisposition *m_disposition = nullptr; ///< from its first opening
    QList<QWidget *> m_actions;
};

} // namespace calldeck
