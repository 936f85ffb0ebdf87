#pragma once

#include "desk/DeskService.h"
#include "rules/Triage.h"

#include <QCoreApplication>
#include <QPromise>
#include <algorithm>
#include <deque>

namespace calldeck
{

/**
 * A desk in memory for widget tests. Answers come in the order they were asked for, each from the event loop, as the store's do;
 * while held() they wait. What was asked for is recorded, and the next answers can be made to fail.
 */
class FakeDesk : public DeskService
{
public:
    TimeMs clock = 1'795'546'800'000; ///< Wed 25 Nov 2026 14:00 in New York
    Workspace space = Workspace::standard();
    QList<Call> calls;
    QHash<CallKey, Draft> drafts;
    QList<FollowUpTask> tasks;
    QList<Contact> contacts;
    QHash<CallKey, QString> excerpts;
    QList<std::pair<CallKey, Draft>> drafts_written;
    QList<Command> applied;
    std::optional<Error> refuse_commands; ///< every apply() fails with it
    std::optional<Error> refuse_drafts;
    QString notice;                        ///< encryptionNotice()

    Call &add(Call call)
    {
        call.key = ++m_lastKey;
        if (call.call_id.isEmpty())
            call.call_id = QStringLiteral("call-%1").arg(call.key);
        calls.append(std::move(call));
        return calls.last();
    }
    /** A missed call that waits in triage; later ones are worked after earlier ones. */
    Call &addMissed(const QString &name)
    {
        Call call;
        call.caller_name = name;
        call.customer_number = QStringLiteral("+1415555%1").arg(2671 + m_lastKey);
        call.status = CallStatus::MISSED;
        call.call_type = CallType::INBOUND;
        call.started_at = clock - 3'600'000 + m_lastKey * 1000;
        call.ended_at = *call.started_at + 20'000;
        call.outcome_required = true;
        call.in_triage = true;
        return add(std::move(call));
    }
    Call *find(CallKey key)
    {
        const auto found = std::find_if(calls.begin(), calls.end(), [key](const Call &call) { return call.key == key; });
        return found == calls.end() ? nullptr : &*found;
    }

    /** While on, answers wait; switching it off lets them come. */
    void hold(bool on)
    {
        m_held = on;
        for (size_t i = 0; !on && i < m_jobs.size(); ++i)
            QMetaObject::invokeMethod(this, [this] { runNext(); }, Qt::QueuedConnection);
    }
    /** Lets everything that was asked for, and what follows from it, happen. */
    void settle() const
    {
        for (int quiet = 0; quiet < 5; quiet = m_jobs.empty() || m_held ? quiet + 1 : 0)
            QCoreApplication::processEvents();
    }
    void announceChange(const QList<CallKey> &keys)
    {
        ChangeSet changes;
        changes.changed = keys;
        Q_EMIT changed(changes);
    }
    template <class T> qsizetype appliedCount() const
    {
        return std::count_if(applied.cbegin(), applied.cend(), [](const Command &command) { return std::holds_alternative<T>(command); });
    }

    const Workspace &workspace() const override { return space; }
    QString agentName() const override { return QStringLiteral("Dana K."); }
    TimeMs now() const override { return clock; }
    QString encryptionNotice() const override { return notice; }
    QFuture<Result<CallOrder>> firstPage(const CallQuery &query, int) override { return order(query); }
    QFuture<Result<CallOrder>> order(const CallQuery &query) override
    {
        return answer<CallOrder>([this, query]() -> Result<CallOrder> { return ordered(query); });
    }
    QFuture<Result<QList<Call>>> rows(const QList<CallKey> &keys) override
    {
        return answer<QList<Call>>([this, keys]() -> Result<QList<Call>> {
            QList<Call> found;
            for (CallKey key : keys) {
                if (const Call *call = find(key))
                    found.append(*call);
            }
            return found;
        });
    }
    QFuture<Result<CallKey>> callNamed(const QString &callId) override
    {
        return answer<CallKey>([this, callId]() -> Result<CallKey> {
            for (const Call &call : calls) {
                if (call.call_id == callId)
                    return call.key;
            }
            return Error{Error::Code::NotFound, QStringLiteral("gone"), {}, false};
        });
    }
    /** What the call is now, not what it is when the answer comes: like a reader that was quick and a loop that was busy. */
    QFuture<Result<CallDetail>> detail(CallKey key) override
    {
        return answer<CallDetail>([seen = detailNow(key)] { return seen; });
    }
    QFuture<Result<QList<TimelineEntry>>> timeline(CallKey key) override
    {
        return answer<QList<TimelineEntry>>([this, key]() -> Result<QList<TimelineEntry>> {
            const Call *call = find(key);
            return call ? QList<TimelineEntry>{{TimelineEntry::Kind::Call, call->started_at.value_or(0), key, QStringLiteral("Inbound call, missed"), {}}}
                        : QList<TimelineEntry>{};
        });
    }
    QFuture<Result<QList<FollowUpTask>>> followUps() override { return answer<QList<FollowUpTask>>([this] { return tasks; }); }
    QFuture<Result<QList<Contact>>> searchContacts(const QString &text) override
    {
        return answer<QList<Contact>>([this, text]() -> Result<QList<Contact>> {
            QList<Contact> found = contacts;
            found.removeIf([&](const Contact &contact) { return !contact.name.contains(text, Qt::CaseInsensitive); });
            return found;
        });
    }
    QFuture<Result<QList<TagCount>>> tags() override { return answer<QList<TagCount>>([] { return QList<TagCount>{{QStringLiteral("vip"), 3}}; }); }
    QFuture<Result<QStringList>> valuesOf(CallField) override { return answer<QStringList>([] { return QStringList(); }); }
    QFuture<Result<QList<SavedView>>> savedViews() override { return answer<QList<SavedView>>([] { return QList<SavedView>(); }); }
    QFuture<Result<DeskCounts>> counts() override { return answer<DeskCounts>([this]() -> Result<DeskCounts> { return countsNow(); }); }
    QFuture<Result<Receipt>> apply(const Command &command) override
    {
        applied.append(command);
        return answer<Receipt>([this, command]() -> Result<Receipt> {
            if (refuse_commands)
                return *refuse_commands;
            return std::visit([this](const auto &wanted) { return run(wanted); }, command);
        });
    }
    QFuture<Result<Receipt>> saveDraft(CallKey call, const Draft &draft) override
    {
        drafts_written.append({call, draft});
        return answer<Receipt>([this, call, draft]() -> Result<Receipt> {
            if (refuse_drafts)
                return *refuse_drafts;
            draft.isEmpty() ? (void)drafts.remove(call) : (void)drafts.insert(call, draft);
            return Receipt{QString(), 1, clock};
        });
    }
    QFuture<Result<Receipt>> saveView(const SavedView &) override { return refusal(); }
    QFuture<Result<Receipt>> deleteView(qint64) override { return refusal(); }

private:
    template <class T, class F> QFuture<Result<T>> answer(F work)
    {
        auto promise = std::make_shared<QPromise<Result<T>>>();
        promise->start();
        m_jobs.push_back([promise, work] {
            promise->addResult(Result<T>(work()));
            promise->finish();
        });
        if (!m_held)
            QMetaObject::invokeMethod(this, [this] { runNext(); }, Qt::QueuedConnection);
        return promise->future();
    }
    QFuture<Result<Receipt>> refusal()
    {
        return answer<Receipt>([]() -> Result<Receipt> { return Error{Error::Code::InvalidInput, QStringLiteral("Not kept here."), {}, false}; });
    }
    void runNext()
    {
        if (m_held || m_jobs.empty())
            return;
        const auto job = std::move(m_jobs.front());
        m_jobs.pop_front();
        job();
    }
    CallOrder ordered(const CallQuery &query) const
    {
        QList<Call> wanted = calls;
        if (query.filter.in_triage)
            wanted.removeIf([&](const Call &call) { return call.in_triage != *query.filter.in_triage; });
        if (query.filter.outcome_owed)
            wanted.removeIf([&](const Call &call) { return call.outcome_owed_reason.isEmpty() == *query.filter.outcome_owed; });
        std::sort(wanted.begin(), wanted.end(), [&](const Call &a, const Call &b) {
            return query.sort.column == SortColumn::Triage ? triageBefore(a, b) : a.started_at > b.started_at;
        });
        std::vector<CallKey> keys;
        for (const Call &call : wanted)
            keys.push_back(call.key);
        CallOrder order;
        order.keys = std::make_shared<const std::vector<CallKey>>(std::move(keys));
        return order;
    }
    Result<CallDetail> detailNow(CallKey key)
    {
        const Call *call = find(key);
        if (!call)
            return Error{Error::Code::NotFound, QStringLiteral("The call is gone."), {}, false};
        CallDetail detail;
        detail.call = *call;
        detail.transcript_excerpt = excerpts.value(key);
        if (drafts.contains(key))
            detail.draft = drafts.value(key);
        for (const Contact &contact : contacts) {
            if (call->contact_id == contact.id)
                detail.contact = contact;
        }
        for (const FollowUpTask &task : tasks) {
            if (task.number == call->customer_number && task.state == FollowUpState::OPEN)
                detail.follow_ups.append(task);
        }
        detail.calls_of_number = static_cast<int>(
            std::count_if(calls.cbegin(), calls.cend(), [&](const Call &other) { return other.customer_number == call->customer_number; }));
        return detail;
    }
    DeskCounts countsNow() const
    {
        DeskCounts counts;
        counts.calls = calls.size();
        counts.triage = static_cast<int>(std::count_if(calls.cbegin(), calls.cend(), [](const Call &call) { return call.in_triage; }));
        counts.outcomes_owed = static_cast<int>(
            std::count_if(calls.cbegin(), calls.cend(), [](const Call &call) { return call.in_triage && !call.outcome_owed_reason.isEmpty(); }));
        return counts;
    }

    /** Changes the calls, remembers how they were for Undo, and announces it after the Receipt as the store does. */
    Result<Receipt> change(const QList<CallKey> &keys, const std::function<Verdict(Call &)> &edit)
    {
        QList<Call> before;
        for (CallKey key : keys) {
            if (Call *call = find(key)) {
                before.append(*call);
                if (const Verdict done = edit(*call); !done) {
                    *call = before.last();
                    return done.error();
                }
            }
        }
        const QString mutation = QStringLiteral("mutation-%1").arg(++m_lastMutation);
        m_before.insert(mutation, before);
        QMetaObject::invokeMethod(this, [this, keys] {
            announceChange(keys);
            Q_EMIT countsChanged(countsNow());
        }, Qt::QueuedConnection);
        return Receipt{mutation, static_cast<int>(before.size()), clock};
    }
    Result<Receipt> run(const RecordDisposition &wanted)
    {
        const DispositionRule *rule = dispositionNamed(space.dispositions, wanted.entry.disposition);
        return change(wanted.calls, [&](Call &call) -> Verdict {
            applyDisposition(call, *rule, wanted.entry, agentName(), clock);
            drafts.remove(call.key);
            return Done{};
        });
    }
    Result<Receipt> run(const SkipTriage &wanted)
    {
        return change({wanted.call}, [&](Call &call) -> Verdict {
            call.outcome_owed_reason = wanted.reason;
            return Done{};
        });
    }
    Result<Receipt> run(const SetFields &wanted)
    {
        return change(wanted.calls, [&](Call &call) -> Verdict {
            for (const FieldValue &value : wanted.values) {
                if (const Verdict done = setFieldText(call, value.field, value.text); !done)
                    return done;
            }
            return Done{};
        });
    }
    Result<Receipt> run(const ChangeTags &wanted)
    {
        return change(wanted.calls, [&](Call &call) -> Verdict {
            call.tags.removeIf([&](const QString &tag) { return wanted.removed.contains(tag); });
            call.tags.append(wanted.added);
            call.tags.removeDuplicates();
            call.tags.sort();
            return Done{};
        });
    }
    Result<Receipt> run(const ScheduleFollowUp &wanted)
    {
        return change({wanted.call}, [&](Call &call) -> Verdict {
            FollowUpTask task;
            task.id = QString::number(tasks.size() + 1);
            task.call = call.key;
            task.number = call.customer_number;
            task.due_at = wanted.due_at;
            task.note = wanted.note;
            tasks.append(task);
            return Done{};
        });
    }
    Result<Receipt> run(const CloseFollowUp &wanted)
    {
        return task(wanted.follow_up, [&](FollowUpTask &closed) { closed.state = wanted.state; });
    }
    Result<Receipt> run(const MoveFollowUp &wanted)
    {
        return task(wanted.follow_up, [&](FollowUpTask &moved) { moved.due_at = wanted.due_at; });
    }
    Result<Receipt> run(const SetDoNotContact &wanted)
    {
        return change(wanted.calls, [&](Call &call) -> Verdict {
            call.do_not_contact = wanted.on;
            return Done{};
        });
    }
    Result<Receipt> run(const LinkContact &wanted)
    {
        return change({wanted.call}, [&](Call &call) -> Verdict {
            call.contact_id = wanted.make_contact ? QStringLiteral("new") : wanted.contact;
            return Done{};
        });
    }
    Result<Receipt> run(const AddNote &wanted)
    {
        return change({wanted.call}, [](Call &) -> Verdict { return Done{}; });
    }
    Result<Receipt> run(const Undo &wanted)
    {
        const QList<Call> before = m_before.take(wanted.mutation_id);
        QList<CallKey> keys;
        for (const Call &call : before)
            keys.append(call.key);
        return change(keys, [&](Call &call) -> Verdict {
            call = *std::find_if(before.cbegin(), before.cend(), [&](const Call &old) { return old.key == call.key; });
            return Done{};
        });
    }
    Result<Receipt> task(const QString &id, const std::function<void(FollowUpTask &)> &edit)
    {
        for (FollowUpTask &task : tasks) {
            if (task.id == id) {
                edit(task);
                return change({task.call}, [](Call &) -> Verdict { return Done{}; });
            }
        }
        return Error{Error::Code::NotFound, QStringLiteral("The follow-up is gone."), {}, false};
    }

    CallKey m_lastKey = 0;
    int m_lastMutation = 0;
    bool m_held = false;
    std::deque<std::function<void()>> m_jobs;
    QHash<QString, QList<Call>> m_before;
};

} // namespace calldeck
