#pragma once

#include "auth/Accounts.h"

namespace calldeck
{

/** Who asks, as the store knows them at this moment. */
struct Caller {
    QString account;
    QString ws;
    QString name;
    QString email;
    UserRole role = UserRole::AGENT;
    QString family; ///< of the signing in
    bool service = false;
};

struct TokenLife {
    static constexpr TimeMs access = 15 * 60'000;
    static constexpr TimeMs session = 30LL * 24 * 3'600'000; ///< from signing in, whatever is refreshed
    static constexpr TimeMs service = 365LL * 24 * 3'600'000;
    static constexpr TimeMs ticket = 30'000;
    /** A refresh token comes again so soon because its answer was lost; later it was stolen. */
    static constexpr TimeMs repeat = 30'000;
};

/** What a client keeps; the store has only hashes. */
struct TokenPair {
    QString access;
    TimeMs access_expires_at = 0;
    QString refresh; ///< "" for a service
    TimeMs session_expires_at = 0;
};

/** Can the text be an access token? What cannot need not be looked up. */
bool hasTokenForm(const QString &text);

enum class Refusal { Unknown, Expired, Revoked };
/** The caller, or why not; an Error only when the store failed. */
Result<std::variant<Caller, Refusal>> authenticate(SqlConnection &connection, const QString &accessToken, TimeMs now);

Result<TokenPair> openSession(SqlConnection &connection, const Account &account, const QString &deviceName, TimeMs now);
/** A token for a program, without refresh; shown once. With a line in the audit trail, which names the session and not the token. */
Result<TokenPair> openService(SqlConnection &connection, const Account &account, const QString &actor, TimeMs now);
/** New tokens for a refresh token, once; a used one that comes again ends the session. */
Result<std::variant<TokenPair, Refusal>> refreshSession(SqlConnection &connection, const QString &refreshToken, TimeMs now);
/** A signing in that is still good. */
struct OpenSession {
    QString id;
    QString device_name;
    bool service = false;
    TimeMs created_at = 0;
    TimeMs expires_at = 0;
};
/** Of an account, the newest first, at most 200. */
Result<QList<OpenSession>> openSessionsOf(SqlConnection &connection, const QString &account, TimeMs now);

/** Ends a session of the caller with all its tokens, in one transaction with its line in the audit trail. */
Verdict endSessionOf(SqlConnection &connection, const Caller &caller, const QString &family, TimeMs now);
/** The same without a line, for a desk that renews what it gave to itself. */
Verdict revokeFamily(SqlConnection &connection, const QString &family, TimeMs now);

/** Good once, for 30 s, for a WebSocket of this session. */
Result<QString> openTicket(SqlConnection &connection, const Caller &caller, TimeMs now);
Result<std::variant<Caller, Refusal>> takeTicket(SqlConnection &connection, const QString &ticket, TimeMs now);

/** The caller of a session as they are now: for sockets that are open. */
Result<std::variant<Caller, Refusal>> callerOfFamily(SqlConnection &connection, const QString &family, TimeMs now);
/** Rises with every revocation and change of role. */
Result<qint64> accessChangeNumber(SqlConnection &connection);
Verdict noteAccessChange(SqlConnection &connection);
/** Deletes tokens that nobody can use any more. */
Verdict forgetOldTokens(SqlConnection &connection, TimeMs now);

} // namespace calldeck
