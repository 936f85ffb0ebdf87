#pragma once

#include "StoreFixture.h"
#include "store/CommandRunner.h"
#include "database/Database.h"

namespace calldeck
{

/** A cache with somebody at the desk, and a picture of everything a command may touch. */
class CommandFixture : public StoreFixture
{
protected:
    void SetUp() override
    {
        StoreFixture::SetUp();
        sitDown();
    }
    void sitDown() { runner = std::make_unique<CommandRunner>(file->database(), file->workspace(), QStringLiteral("Dana")); }

    Result<Effect> run(const Command &command, TimeMs at = now) { return runner->run(command, at); }
    /** Runs what must succeed and gives its mutation id. */
    QString done(const Command &command, TimeMs at = now)
    {
        const auto effect = run(command, at);
        EXPECT_TRUE(effect) << (effect ? QString() : QString(effect.error().message + u' ' + effect.error().detail)).toStdString();
        return effect ? effect->receipt.mutation_id : QString();
    }
    Result<Effect> undo(const QString &mutation) { return run(Undo{mutation}, now + 1000); }

    static RecordDisposition disposition(const QList<CallKey> &calls, const QString &key, const QString &notes = {}, std::optional<TimeMs> followUp = {},
                                         OptionalInt amount = {})
    {
        DispositionEntry entry;
        entry.disposition = key;
        entry.notes = notes;
        entry.follow_up_at = followUp;
        entry.amount_cents = amount;
        return {calls, entry};
    }
    static SetFields set(const QList<CallKey> &calls, CallField field, const QString &text) { return {calls, {{field, text}}}; }

    qint64 rows(const QByteArray &table) { return file->database().singleInteger("SELECT count(*) FROM " + table).value_or(-1); }
    Call callAt(CallKey key) { return *file->call(key); }
    QString openTask() { return file->database().singleText("SELECT uid FROM follow_ups WHERE state = 'OPEN' ORDER BY id DESC"); }

    /** What a person can see of the data: calls, open tasks, tags and lists; not the history, which only grows. */
    QString picture()
    {
        QStringList lines;
        for (CallKey key = 1; key <= rows("calls"); ++key) {
            Call call = callAt(key);
            call.updated_at.reset();
            forEachField(call, [&](CallField field, const auto &) { lines.append(fieldText(call, field)); });
            lines.append(call.tags.join(u','));
        }
        const QByteArray lists[] = {"SELECT group_concat(id || ' ' || due_at || ' ' || state, ';') FROM (SELECT * FROM follow_ups WHERE state = 'OPEN' ORDER BY id)",
                                    "SELECT group_concat(number || ' ' || reason || ' ' || set_by || ' ' || set_at, ';') FROM do_not_contact",
                                    "SELECT count(*) FROM call_outcomes WHERE retracted_at IS NULL"};
        for (const QByteArray &sql : lists)
            lines.append(file->database().singleText(sql));
        return lines.join(u'|');
    }
    /** Everything, history and queues included. */
    QString everything()
    {
        QString text = picture();
        for (const QByteArray table : {"call_outcomes", "follow_ups", "audit", "outbox", "drafts", "search_queue"})
            text += QString(u'|' + QString::number(rows(table)));
        return text;
    }

    std::unique_ptr<CommandRunner> runner;
};

} // namespace calldeck
