#include "database/Cipher.h"

#include <QFile>
#include <cstring>
#include <sqlite3.h>
#ifdef CALLDECK_ENCRYPTED
#include <sodium.h>
#endif

namespace calldeck
{

namespace
{

constexpr QByteArrayView plainHead("SQLite format 3", 16); // with its final NUL

#ifdef CALLDECK_ENCRYPTED

/** The key as SQLite3 Multiple Ciphers takes it without deriving another from it. */
class RawKey
{
public:
    explicit RawKey(const DatabaseKey &key)
    {
        std::memcpy(m_text.data(), "raw:", 4);
        std::memcpy(m_text.data() + 4, key.bytes().data(), DatabaseKey::size);
    }
    ~RawKey() { forget(m_text.data(), m_text.size()); }
    RawKey(const RawKey &) = delete;
    RawKey &operator=(const RawKey &) = delete;
    const char *data() const { return m_text.data(); }
    static constexpr int length = 4 + DatabaseKey::size;

private:
    std::array<char, 4 + DatabaseKey::size> m_text{};
};

bool isOurSqlite()
{
    return std::strcmp(sqlite3_libversion(), SQLITE_VERSION) == 0 && std::strcmp(sqlite3_sourceid(), SQLITE_SOURCE_ID) == 0
        && std::strcmp(sqlite3mc_version(), SQLITE3MC_VERSION_STRING) == 0;
}

/** The first bytes that ChaCha20 makes of nothing (RFC 8439, A.1): a libsodium that makes others would write pages that nobody reads again. */
bool encryptsAsKnown()
{
    constexpr std::array<quint8, 16> known{0x76, 0xb8, 0xe0, 0xad, 0xa0, 0xf1, 0x3d, 0x90, 0x40, 0x5d, 0x6a, 0xe5, 0x53, 0x86, 0xbd, 0x28};
    const std::array<quint8, crypto_stream_chacha20_ietf_KEYBYTES> key{};
    const std::array<quint8, crypto_stream_chacha20_ietf_NONCEBYTES> nonce{};
    std::array<quint8, known.size()> bytes{};
    crypto_stream_chacha20_ietf_xor_ic(bytes.data(), bytes.data(), bytes.size(), nonce.data(), 0, key.data());
    return bytes == known;
}

/** Also chooses the version of libsodium's functions that suits the processor. Any thread. */
Verdict readyCipher()
{
    static const bool ready = sodium_init() >= 0 && encryptsAsKnown();
    if (ready)
        return Done{};
    return Error{Error::Code::Io, QStringLiteral("What encrypts the data on this computer does not work. Nothing was opened or changed. Have its library libsodium installed anew."), {}, false};
}

Error cipherError(sqlite3 *connection, const QString &message) { return {Error::Code::Io, message, QString::fromUtf8(sqlite3_errmsg(connection)), false}; }

#endif

} // namespace

bool looksPlain(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) && file.read(plainHead.size()) == plainHead;
}

#ifdef CALLDECK_ENCRYPTED

bool canEncrypt() { return true; }

Verdict applyKey(sqlite3 *connection, const DatabaseKey &key)
{
    if (!isOurSqlite())
        return cipherError(connection, QStringLiteral("Another SQLite took the place of the one that encrypts. Nothing was opened; install Calldeck anew."));
    if (Verdict ready = readyCipher(); !ready)
        return ready;
    if (sqlite3_key_v2(connection, "main", RawKey(key).data(), RawKey::length) != SQLITE_OK)
        return cipherError(connection, QStringLiteral("The key could not be given to the database. Nothing was opened."));
    // Pages are plain in memory: what is freed there is overwritten.
    sqlite3_exec(connection, "PRAGMA memory_security = fill", nullptr, nullptr, nullptr);
    return Done{};
}

Verdict changeKey(sqlite3 *connection, const DatabaseKey &key)
{
    if (Verdict ready = readyCipher(); !ready)
        return ready;
    const int code = key.isEmpty() ? sqlite3_rekey_v2(connection, "main", nullptr, 0) : sqlite3_rekey_v2(connection, "main", RawKey(key).data(), RawKey::length);
    if (code != SQLITE_OK)
        return cipherError(connection, QStringLiteral("The data could not be encrypted anew. It is as it was."));
    return Done{};
}

#else

bool canEncrypt() { return false; }

Verdict applyKey(sqlite3 *, const DatabaseKey &)
{
    return Error{Error::Code::InvalidInput, QStringLiteral("This Calldeck was built without encryption and cannot use a key. Install one that was built with it."), {}, false};
}

Verdict changeKey(sqlite3 *connection, const DatabaseKey &key) { return key.isEmpty() ? Verdict(Done{}) : applyKey(connection, key); }

#endif

} // namespace calldeck
