#pragma once

#include "desk/DeskService.h"
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
    /** Nothing can be saved any more: the reason takes the place of everything else. "" when saving works again. */
    void setBroken(const QString &reason);
    /** A lasting mark that the data is not encrypted; "" for none. */
    void setEncryptionNotice(const QString &notice);

private:
    void show();

    Text *m_shownText;
    Pill *m_state;
    Pill *m_encryption;
    Text *m_waitingText;
    qint64 m_calls = 0;
    qint64 m_selected = 0;
    bool m_complete = true;
    int m_waiting = 0;
    QString m_one = QStringLiteral("call");
    QString m_many = QStringLiteral("calls");
    QString m_broken;
};

} // namespace calldeck
