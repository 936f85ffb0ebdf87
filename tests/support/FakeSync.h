#pragma once

#include "desk/SyncService.h"

namespace calldeck
{

using namespace Qt::StringLiterals;

/** A server's words, made up here. */
class FakeSync : public SyncService
{
public:
    SyncStatus status() const override { return current; }
    QFuture<Result<QList<WaitingEdit>>> waiting(int most) override { return QtFuture::makeReadyFuture(Result<QList<WaitingEdit>>(on_the_way.mid(0, most))); }
    QFuture<Result<QList<RefusedEdit>>> refused() override { return QtFuture::makeReadyFuture(Result<QList<RefusedEdit>>(refusals)); }
    QFuture<Result<QList<OpenConflict>>> conflicts() override { return QtFuture::makeReadyFuture(Result<QList<OpenConflict>>(open)); }
    QFuture<Result<Done>> retry(qint64 id) override { return forget(id, u"retry"_s); }
    QFuture<Result<Done>> discard(qint64 id) override { return forget(id, u"discard"_s); }
    QFuture<Result<Done>> resolve(const QString &id, bool replace) override
    {
        open.removeIf([&](const OpenConflict &conflict) { return conflict.id == id; });
        asked.append(id + (replace ? u" replace"_s : u" keep"_s));
        return QtFuture::makeReadyFuture(Result<Done>(Done{}));
    }
    QFuture<Result<UnsentWork>> unsent() override { return QtFuture::makeReadyFuture(Result<UnsentWork>(work)); }
    QFuture<Result<Done>> saveUnsent(const QString &file) override
    {
        asked.append(u"save "_s + file);
        return QtFuture::makeReadyFuture(Result<Done>(Done{}));
    }
    void syncNow() override { asked.append(u"now"_s); }
    void signInAgain() override { asked.append(u"sign in"_s); }
    void tell(const SyncStatus &status)
    {
        current = status;
        Q_EMIT statusChanged(status);
    }

    SyncStatus current;
    QList<WaitingEdit> on_the_way;
    QList<RefusedEdit> refusals;
    QList<OpenConflict> open;
    UnsentWork work;
    QStringList asked;

private:
    QFuture<Result<Done>> forget(qint64 id, const QString &what)
    {
        refusals.removeIf([&](const RefusedEdit &edit) { return edit.id == id; });
        asked.append(u"%1 %2"_s.arg(what).arg(id));
        return QtFuture::makeReadyFuture(Result<Done>(Done{}));
    }
};

} // namespace calldeck
