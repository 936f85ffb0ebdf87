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
    /** What the list is made of. */
    struct Content {
        QList<OpenConflict> conflicts;
        QList<RefusedEdit> refused;
        QList<WaitingEdit> waiting;

        bool isEmpty() const { return conflicts.isEmpty() && refused.isEmpty() && waiting.isEmpty(); }
        /** What somebody may be about to press. */
        QStringList pressable() const;
    };
    /** A button of a card. */
    struct Answer {
        QString label;
        std::function<QFuture<Result<Done>>()> act;
        QString sure; ///< what the button says before it acts at the second click, "" when it acts at the first
    };
    void fill(const Content &content);
    /** As tall as what it says, within its window. */
    void place();
    void fillCards(const Content &content);
    void addCard(int place, QWidget *card);
    QWidget *waitingCard();
    QWidget *refusedCard(const RefusedEdit &edit);
    QWidget *conflictCard(const OpenConflict &conflict);
    QWidget *card(const QString &title, const QString &text, const QList<Answer> &answers, const QString &callId);
    void act(const Answer &answer);
    QString timeText(TimeMs at) const;

    SyncService &m_sync;
    const Theme &m_theme;
    QTimeZone m_zone;
    Text *m_headline;
    Text *m_detail;
    QWidget *m_list;
    QVBoxLayout *m_cards;
    Button *m_now;
    Button *m_signIn;
    QPointer<QWidget> m_anchor;
    QStringList m_pressable; ///< what the cards with buttons stand for
    QList<WaitingEdit> m_waiting; ///< what the card without stands for
    int m_more = 0;          ///< that wait and stand in no line
    QPointer<QWidget> m_waitingCard;
    bool m_filled = false;
    quint64 m_request = 0;
};

} // namespace calldeck
