#include "sql/PostgresPipeline.h"

#include <QVarLengthArray>
#include <algorithm>
#include <libpq-fe.h>
#include <poll.h>

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

constexpr qsizetype mostPrepared = 400;
constexpr qsizetype mostWaiting = 256;
constexpr qsizetype mostWaitingBytes = 512 * 1024;

bool isGood(pg_result *result)
{
    const ExecStatusType status = PQresultStatus(result);
    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

/** The one result of a statement in a pipeline, which ends with a null. */
PostgresRows nextResult(pg_conn *handle)
{
    PostgresRows result(PQgetResult(handle));
    while (PQstatus(handle) == CONNECTION_OK) {
        const PostgresRows further(PQgetResult(handle));
        if (!further)
            break;
    }
    return result;
}

qsizetype bytesOf(const PostgresCall &call)
{
    qsizetype bytes = 0;
    for (const std::optional<QByteArray> &parameter : call.parameters)
        bytes += parameter ? parameter->size() : 0;
    return bytes;
}

} // namespace

void ClearPostgresResult::operator()(pg_result *result) const { PQclear(result); }

QByteArray numberedPlaceholders(const QByteArray &sql)
{
    QByteArray numbered;
    numbered.reserve(sql.size() + 32);
    int count = 0;
    bool literal = false;
    for (const char letter : sql) {
        literal = literal != (letter == '\'');
        if (letter == '?' && !literal)
            numbered += '$' + QByteArray::number(++count);
        else
            numbered += letter;
    }
    return numbered;
}

Error postgresError(const QByteArray &state, const QString &detail)
{
    const auto error = [&](Error::Code code, const QString &message, bool retryable) {
        return Error{code, message, QString(QString::fromUtf8(state) % u": "_s % detail.trimmed().section(u'\n', 0, 0)), retryable};
    };
    // A row that somebody made at the same moment: looked at again, it is there.
    if (state == "40001" || state == "40P01" || state == "55P03" || state == "23505")
        return error(Error::Code::Busy, u"Others are writing the same data. Try again."_s, true);
    if (state.isEmpty() || state.startsWith("08") || state.startsWith("57"))
        return error(Error::Code::Io, u"The database is not reachable. Try again shortly."_s, true);
    if (state.startsWith("53"))
        return error(state == "53100" ? Error::Code::DiskFull : Error::Code::Busy, u"The database has no room or no connection left."_s, true);
    if (state == "42501" || state == "28P01" || state == "28000" || state == "25006")
        return error(Error::Code::ReadOnly, u"The database refuses this: check the role and its rights."_s, false);
    if (state == "3D000")
        return error(Error::Code::NotFound, u"There is no such database. Create it first."_s, false);
    return error(Error::Code::Io, u"The database refused a statement (%1)."_s.arg(QString::fromUtf8(state)), false);
}

Verdict PostgresPipeline::later(PostgresCall call, const QByteArray &touches)
{
    forgetForeseen(touches);
    m_bytes += bytesOf(call);
    m_waiting.append({std::move(call), Use::Later, {}});
    return m_waiting.size() >= mostWaiting || m_bytes >= mostWaitingBytes ? flush() : Verdict(Done{});
}

void PostgresPipeline::foresee(PostgresCall call, const QByteArray &about)
{
    const bool known = std::any_of(m_foreseen.cbegin(), m_foreseen.cend(), [&](const Foreseen &one) { return one.call == call; })
                       || std::any_of(m_waiting.cbegin(), m_waiting.cend(), [&](const Waiting &one) { return one.use == Use::Foreseen && one.call == call; });
    if (!known)
        m_waiting.append({std::move(call), Use::Foreseen, about});
}

Result<PostgresRows> PostgresPipeline::ask(const PostgresCall &call)
{
    if (auto known = takeForeseen(call))
        return *std::move(known);
    const bool waits = std::any_of(m_waiting.cbegin(), m_waiting.cend(), [&](const Waiting &one) { return one.use == Use::Foreseen && one.call == call; });
    if (!waits) {
        if (!call.sql.startsWith("SELECT"))
            forgetForeseen();
        m_waiting.append({call, Use::Asked, {}});
    }
    auto asked = run();
    if (!asked || !waits)
        return asked;
    return *takeForeseen(call);
}

Verdict PostgresPipeline::flush()
{
    if (m_waiting.isEmpty())
        return Done{};
    const auto sent = run();
    return sent ? Verdict(Done{}) : sent.error();
}

void PostgresPipeline::discard()
{
    m_waiting.clear();
    m_bytes = 0;
    m_foreseen.clear();
}

/** What was fetched ahead is older than what comes now. */
void PostgresPipeline::forgetForeseen(const QByteArray &touched)
{
    const auto isTouched = [&](const QByteArray &about) { return touched.isEmpty() || about == touched; };
    std::erase_if(m_foreseen, [&](const Foreseen &one) { return isTouched(one.about); });
    m_waiting.removeIf([&](const Waiting &one) { return one.use == Use::Foreseen && isTouched(one.about); });
}

std::optional<PostgresRows> PostgresPipeline::takeForeseen(const PostgresCall &call)
{
    const auto found = std::find_if(m_foreseen.begin(), m_foreseen.end(), [&](const Foreseen &one) { return one.call == call; });
    if (found == m_foreseen.end())
        return std::nullopt;
    PostgresRows rows = std::move(found->rows);
    m_foreseen.erase(found);
    return rows;
}

/** Statements that are put together from what somebody filters by are many: nobody shall fill the server's memory with them. */
Verdict PostgresPipeline::forgetNamesIfMany()
{
    if (m_names.size() + m_waiting.size() < mostPrepared)
        return Done{};
    const PostgresRows done(PQexec(m_handle, "DEALLOCATE ALL"));
    if (!isGood(done.get()))
        return error(done.get());
    m_names.clear();
    return Done{};
}

bool PostgresPipeline::send(const Waiting &waiting)
{
    QVarLengthArray<const char *, 48> values;
    for (const std::optional<QByteArray> &parameter : waiting.call.parameters)
        values.append(parameter ? parameter->constData() : nullptr);
    return PQsendQueryPrepared(m_handle, m_names.value(waiting.call.sql).constData(), static_cast<int>(values.size()), values.constData(), nullptr, nullptr, 0) == 1;
}

/** The answer of the last statement. */
Result<PostgresRows> PostgresPipeline::run()
{
    if (Verdict room = forgetNamesIfMany(); !room) {
        discard();
        return room.error();
    }
    const QList<Waiting> waiting = std::exchange(m_waiting, {});
    m_bytes = 0;
    ++m_roundTrips;
    QList<QByteArray> prepared;
    bool sent = PQenterPipelineMode(m_handle) == 1;
    for (const Waiting &one : waiting) {
        if (sent && !m_names.contains(one.call.sql)) {
            const QByteArray name = "s" + QByteArray::number(m_namesGiven++);
            sent = PQsendPrepare(m_handle, name.constData(), numberedPlaceholders(one.call.sql).constData(), 0, nullptr) == 1;
            m_names.insert(one.call.sql, name);
            prepared.append(one.call.sql);
        }
        sent = sent && send(one);
    }
    if (!sent || PQpipelineSync(m_handle) != 1) {
        // Nobody knows what of it went out.
        m_lost = true;
        discard();
        return error(nullptr);
    }
    return takeAnswers(waiting, prepared);
}

Result<PostgresRows> PostgresPipeline::takeAnswers(QList<Waiting> sent, const QList<QByteArray> &prepared)
{
    PostgresRows last;
    std::optional<Error> failure;
    const auto take = [&] {
        last = nextResult(m_handle);
        const bool good = isGood(last.get());
        if (!good && !failure)
            failure = error(last.get());
        return good;
    };
    qsizetype nextPrepared = 0;
    for (Waiting &one : sent) {
        if (nextPrepared < prepared.size() && prepared[nextPrepared] == one.call.sql) {
            ++nextPrepared;
            // Not made: it gets its name another time.
            if (!take())
                m_names.remove(one.call.sql);
        }
        if (take() && one.use == Use::Foreseen)
            m_foreseen.push_back({std::move(one.call), std::move(one.about), std::move(last)});
    }
    const PostgresRows synced(PQgetResult(m_handle));
    const bool ended = PQexitPipelineMode(m_handle) == 1;
    if (!failure && !ended)
        failure = error(nullptr);
    if (!failure)
        return last;
    m_foreseen.clear();
    return *failure;
}

Error PostgresPipeline::error(pg_result *result) const
{
    const char *state = result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : nullptr;
    const char *words = result ? PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) : nullptr;
    return postgresError(isBroken() ? QByteArray() : QByteArray(state), QString::fromUtf8(words ? words : PQerrorMessage(m_handle)));
}

bool PostgresPipeline::isBroken() const
{
    // A database that went away while nothing was asked shows as an end of file that waits to be read.
    pollfd look{PQsocket(m_handle), POLLIN, 0};
    const bool waiting = look.fd >= 0 && ::poll(&look, 1, 0) > 0;
    return m_lost || (waiting && PQconsumeInput(m_handle) == 0) || PQstatus(m_handle) != CONNECTION_OK;
}

} // namespace calldeck
