#pragma once

#include "desk/SyncService.h"
#include "theme/Controls.h"

#include <QTimeZone>
#include <functional>

class QVBoxLayout;

namespace calldeck
{

/** What waits for the server, what it refused and why, and the decisions that two people made without knowing of each other. */
class SyncPanel : public Popover
{
    Q_OBJECT
public:
    SyncPanel(SyncService &sync, const Theme &theme, const QTimeZone &zone, QWidget *window);
    void open(QWidget *anchor);

Q_SIGNALS:
    void callWanted(const QString &callId);
    void failed(const calldeck::Error &error);

private:
    void refresh();
    void showStatus(const SyncStatus &status);
    void fill(const QList<RefusedEdit> &refused, const QList<OpenConflict> &conflicts);
    QWidget *refusedCard(const RefusedEdit &edit);
    QWidget *conflictCard(const OpenConflict &conflict);
    QWidget *card(const QString &title, const QString &text, const QList<std::pair<QString, std::function<QFuture<Result<Done>>()>>> &answers, const QString &callId);
    QString timeText(TimeMs at) const;

    SyncService &m_sync;
    const Theme &m_theme;
    QTimeZone m_zone;
    Text *m_headline;
    Text *m_detail;
    QWidget *m_list;
    QVBoxLayout *m_cards;
    Button *m_now;
    QPointer<QWidget> m_anchor;
    QStringList m_content; ///< what the cards stand for
    bool m_filled = false;
    quint64 m_request = 0;
};

} // namespace calldeck
