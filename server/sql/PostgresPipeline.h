#pragma once

#include "records/Result.h"

#include <QByteArray>
#include <QHash>
#include <QList>
#include <memory>
#include <optional>
#include <vector>

struct pg_conn;
struct pg_result;

namespace calldeck
{

struct ClearPostgresResult {
    void operator()(pg_result *result) const;
};
using PostgresRows = std::unique_ptr<pg_result, ClearPostgresResult>;

/** A statement with its parameters in text form; nothing is NULL. */
struct PostgresCall {
    QByteArray sql; ///< with `?`
    QList<std::optional<QByteArray>> parameters;
    friend bool operator==(const PostgresCall &, const PostgresCall &) = default;
};

/**
 * The statements of one connection on their way to the server, in the order in which they were given. Those whose answer nobody waits for
 * lie here until somebody asks something, and go along with it in one round trip. Each is prepared once and kept under a name. After an error the
 * statements behind it were not run. Confined to the connection's thread.
 */
class PostgresPipeline
{
public:
    explicit PostgresPipeline(pg_conn *handle) : m_handle(handle) {}

    /** Goes along with the next question. An error comes only when something is sent, here or later. What was foreseen under `touches` is forgotten, all of it when that is empty. */
    Verdict later(PostgresCall call, const QByteArray &touches = {});
    /** A question that will be asked soon: its answer is fetched with the next one's, and kept until something is written that touches it. */
    void foresee(PostgresCall call, const QByteArray &about);
    /** Sends what lies here and gives the answer of `call`. */
    Result<PostgresRows> ask(const PostgresCall &call);
    /** Sends what lies here. */
    Verdict flush();
    /** Forgets what was not sent, and all that was foreseen. */
    void discard();

    /** How often the server was waited for. */
    qint64 roundTrips() const { return m_roundTrips; }
    /** What the server says about a statement that failed, or about a lost connection. */
    Error error(pg_result *result) const;
    bool isBroken() const;

private:
    enum class Use { Later, Foreseen, Asked };
    struct Waiting {
        PostgresCall call;
        Use use = Use::Later;
        QByteArray about = {};
    };
    struct Foreseen {
        PostgresCall call;
        QByteArray about;
        PostgresRows rows;
    };

    Verdict forgetNamesIfMany();
    bool send(const Waiting &waiting);
    Result<PostgresRows> takeAnswers(QList<Waiting> sent, const QList<QByteArray> &prepared);
    Result<PostgresRows> run();
    std::optional<PostgresRows> takeForeseen(const PostgresCall &call);
    void forgetForeseen(const QByteArray &touched = {});

    pg_conn *m_handle;
    QHash<QByteArray, QByteArray> m_names;
    qint64 m_namesGiven = 0;
    bool m_lost = false;
    QList<Waiting> m_waiting;
    qsizetype m_bytes = 0;
    std::vector<Foreseen> m_foreseen;
    qint64 m_roundTrips = 0;
};

/** `?` outside of literals becomes $1, $2, ... */
QByteArray numberedPlaceholders(const QByteArray &sql);
/** What a SQLSTATE means for who asked. */
Error postgresError(const QByteArray &state, const QString &detail);

} // namespace calldeck
