#include "secrets/Keys.h"

#include <QFile>
#include <algorithm>
#include <cctype>
#include <cerrno>
#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

namespace calldeck
{

namespace
{

constexpr quint64 passphraseRounds = 3;
constexpr quint64 passphraseMemory = 128ULL * 1024 * 1024;
constexpr qint64 mostOfAKeyFile = 1000;

void needSodium()
{
    if (::sodium_init() < 0)
        qFatal("The system gives no random numbers.");
}

Error wrongKeyFile(const QString &path, const QString &what) { return {Error::Code::NoKey, QStringLiteral("The key file %1 %2").arg(path, what), {}, false}; }

Error noMemory(const QString &what)
{
    return {Error::Code::NoKey, QStringLiteral("There is not enough memory to %1. Close other programs and try again.").arg(what), {}, true};
}

/** Whether only the owner, who is us, can read it. */
Verdict checkPrivate(const QString &path, int handle)
{
    struct stat facts {
    };
    if (::fstat(handle, &facts) != 0 || !S_ISREG(facts.st_mode))
        return wrongKeyFile(path, QStringLiteral("is not a file."));
    if (facts.st_uid != ::geteuid())
        return wrongKeyFile(path, QStringLiteral("belongs to somebody else."));
    if (facts.st_mode & (S_IRWXG | S_IRWXO))
        return wrongKeyFile(path, QStringLiteral("can be read by others. Take their rights away: chmod 600."));
    return Done{};
}

} // namespace

DatabaseKey randomKey()
{
    std::array<char, DatabaseKey::size> bytes{};
    needSodium();
    randombytes_buf(bytes.data(), bytes.size());
    const auto key = DatabaseKey::fromBytes(bytes);
    forget(bytes.data(), bytes.size());
    return *key;
}

QString randomWord()
{
    QByteArray bytes(32, '\0');
    needSodium();
    randombytes_buf(bytes.data(), static_cast<size_t>(bytes.size()));
    return QString::fromLatin1(bytes.toBase64(QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals));
}

QString randomKeyId()
{
    QByteArray bytes(16, '\0');
    randombytes_buf(bytes.data(), static_cast<size_t>(bytes.size()));
    return QString::fromLatin1(bytes.toHex());
}

Result<DatabaseKey> readKeyFile(const QString &path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly | QIODevice::Unbuffered))
        return wrongKeyFile(path, QStringLiteral("cannot be opened."));
    if (Verdict isPrivate = checkPrivate(path, file.handle()); !isPrivate)
        return isPrivate.error();
    QByteArray text = file.read(mostOfAKeyFile);
    const QByteArrayView digits = QByteArrayView(text).trimmed();
    const bool isHex = digits.size() == 2 * DatabaseKey::size && std::all_of(digits.begin(), digits.end(), [](unsigned char c) { return std::isxdigit(c) != 0; });
    QByteArray bytes = QByteArray::fromHex(text); // leaves out what is no digit, such as the end of the line
    const auto key = isHex ? DatabaseKey::fromBytes(bytes) : std::nullopt;
    forget(text.data(), static_cast<size_t>(text.size()));
    forget(bytes.data(), static_cast<size_t>(bytes.size()));
    if (!key)
        return wrongKeyFile(path, QStringLiteral("does not hold a key: 64 hexadecimal digits."));
    return *key;
}

Verdict writeKeyFile(const QString &path, const DatabaseKey &key)
{
    const int handle = ::open(QFile::encodeName(path).constData(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
    QFile file;
    if (handle < 0 || !file.open(handle, QIODevice::WriteOnly | QIODevice::Unbuffered, QFile::AutoCloseHandle))
        return Error{Error::Code::InvalidInput, QStringLiteral("The key file %1 could not be made. A file that exists is never replaced.").arg(path), {}, false};
    QByteArray text = key.bytes().toByteArray().toHex() + '\n';
    const bool written = file.write(text) == text.size() && ::fsync(handle) == 0;
    forget(text.data(), static_cast<size_t>(text.size()));
    return written ? Verdict(Done{}) : Verdict(Error{Error::Code::Io, QStringLiteral("The key file %1 could not be written.").arg(path), {}, false});
}

void choosePassphraseCost(KeyRecord &record)
{
    record.salt.resize(crypto_pwhash_SALTBYTES);
    randombytes_buf(record.salt.data(), static_cast<size_t>(record.salt.size()));
    record.rounds = passphraseRounds;
    record.memory = passphraseMemory;
}

Result<DatabaseKey> keyFromPassphrase(const QByteArray &passphrase, const KeyRecord &record)
{
    std::array<char, DatabaseKey::size> bytes{};
    needSodium();
    const int failed = crypto_pwhash(reinterpret_cast<unsigned char *>(bytes.data()), bytes.size(), passphrase.constData(), static_cast<unsigned long long>(passphrase.size()),
                                     reinterpret_cast<const unsigned char *>(record.salt.constData()), record.rounds, static_cast<size_t>(record.memory), crypto_pwhash_ALG_ARGON2ID13);
    const auto key = DatabaseKey::fromBytes(bytes);
    forget(bytes.data(), bytes.size());
    if (failed != 0)
        return noMemory(QStringLiteral("work out the key from the passphrase"));
    return *key;
}

Result<QByteArray> passphraseHash(const QByteArray &passphrase)
{
    std::array<char, crypto_pwhash_STRBYTES> hash{};
    needSodium();
    if (crypto_pwhash_str_alg(hash.data(), passphrase.constData(), static_cast<unsigned long long>(passphrase.size()), passphraseRounds, passphraseMemory, crypto_pwhash_ALG_ARGON2ID13) != 0)
        return noMemory(QStringLiteral("keep the passphrase"));
    return QByteArray(hash.data());
}

Verdict checkPassphrase(const QByteArray &hash, const QByteArray &passphrase)
{
    needSodium();
    errno = 0;
    if (crypto_pwhash_str_verify(hash.constData(), passphrase.constData(), static_cast<unsigned long long>(passphrase.size())) == 0)
        return Done{};
    if (errno != EINVAL)
        return noMemory(QStringLiteral("check the passphrase"));
    return Error{Error::Code::WrongKey, QStringLiteral("That is not the passphrase."), {}, true};
}

bool isPassphraseHash(const QByteArray &hash)
{
    needSodium();
    return crypto_pwhash_str_needs_rehash(hash.constData(), passphraseRounds, passphraseMemory) == 0;
}

} // namespace calldeck
