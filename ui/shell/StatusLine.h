#pragma once

#include "desk/DeskService.h"
#include "desk/SyncService.h"
#include "theme/Controls.h"

namespace calldeck
{

/** What the table shows and how safe it is, in one true sentence. */
class StatusLine : public QWidget
{
    Q_OBJECT
public:
    explicit StatusLine(const Theme &theme, QWidget *parent = nullptr);
    void setShown(qint64 calls, qint64 selected, bool complete);
    void setCounts(const DeskCounts &counts);
    void setNoun(const QString &one, const QString &many);
    /** How the desk stands with its server; the button that says it opens the sync panel. */
    void setSync(const SyncStatus &status);
    QWidget *syncButton() const;
    /** Nothing can be saved any more: the reason takes the place of everything else. "" when saving works again. */
    void setBroken(const QString &reason);
    /** A lasting mark that the data is not encrypted; "" for none. */
    void setEncryptionNotice(const QString &notice);

Q_SIGNALS:
    void syncAsked();

private:
    void show();
    void showSync();

    Text *m_shownText;
    Pill *m_state;
    Pill *m_encryption;
    Text *m_waitingText;
    Button *m_syncButton;
    SyncStatus m_sync;
    qint64 m_calls = 0;
    qint64 m_selected = 0;
    bool m_complete = true;
    int m_waiting = 0;
    QString m_one = QStringLiteral("call");
    QString m_many = QStringLiteral("calls");
    QString m_broken;
};

} // namespace calldeck
