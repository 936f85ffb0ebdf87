#include "auth/Passwords.h"

#include <QRegularExpression>
#include <sodium.h>

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

constexpr unsigned long long rounds = 3;
constexpr size_t memory = 64 * 1024 * 1024;

bool isReady()
{
    static const bool ready = sodium_init() >= 0;
    return ready;
}

/** Compared against when there is no account, so that time tells nothing: random bytes, which are no password's. Not made when it is first needed: that would tell. */
QString nobodysHash() { return u"$argon2id$v=19$m=65536,t=3,p=1$oOjnlZ35cDMuks9R7m6ffg$CuOjLVLCojXjWD89kZiSAWU3z0luvoBSX6RhRehc6uc"_s; }

/** A hash in its parts: "$argon2id$v=19$m=65536,t=3,p=1$<salt>$<digest>", both in base64 without padding. */
struct HashParts {
    size_t memory = 0;
    unsigned long long rounds = 0;
    QByteArray salt;
    QByteArray digest;

    bool isLike(const HashParts &other) const { return memory == other.memory && rounds == other.rounds && salt == other.salt; }
};

std::optional<HashParts> partsOf(const QString &hash)
{
    static const QRegularExpression form(u"^\\$argon2id\\$v=19\\$m=(\\d{1,8}),t=(\\d{1,3}),p=1\\$([A-Za-z0-9+/]{22})\\$([A-Za-z0-9+/]{43})$"_s);
    const QRegularExpressionMatch match = form.match(hash);
    if (!match.hasMatch())
        return std::nullopt;
    constexpr size_t kibibyte = 1024;
    return HashParts{match.captured(1).toUInt() * kibibyte, match.captured(2).toULongLong(), QByteArray::fromBase64(match.captured(3).toLatin1()), QByteArray::fromBase64(match.captured(4).toLatin1())};
}

/** What the password's digest would be in a hash of these parts; "" without the memory for it. */
QByteArray digestOf(const QByteArray &utf8, const HashParts &parts)
{
    QByteArray digest(parts.digest.size(), Qt::Uninitialized);
    const int made = crypto_pwhash(reinterpret_cast<unsigned char *>(digest.data()), static_cast<unsigned long long>(digest.size()), utf8.constData(),
                                   static_cast<unsigned long long>(utf8.size()), reinterpret_cast<const unsigned char *>(parts.salt.constData()), parts.rounds, parts.memory,
                                   crypto_pwhash_ALG_ARGON2ID13);
    return made == 0 ? digest : QByteArray();
}

bool isSame(const QByteArray &one, const QByteArray &other)
{
    return one.size() == other.size() && sodium_memcmp(one.constData(), other.constData(), static_cast<size_t>(one.size())) == 0;
}

} // namespace

Result<QString> hashPassword(const QString &password, const QString &like)
{
    const QByteArray utf8 = password.toUtf8();
    const auto parts = partsOf(like);
    if (const QByteArray digest = isReady() && parts ? digestOf(utf8, *parts) : QByteArray(); !digest.isEmpty())
        return QString(like.left(like.lastIndexOf(u'$') + 1) % QString::fromLatin1(digest.toBase64(QByteArray::OmitTrailingEquals)));
    char hash[crypto_pwhash_STRBYTES];
    if (isReady() && crypto_pwhash_str_alg(hash, utf8.constData(), static_cast<unsigned long long>(utf8.size()), rounds, memory, crypto_pwhash_ALG_ARGON2ID13) == 0)
        return QString::fromLatin1(hash);
    return Error{Error::Code::Busy, u"There is not enough memory to check a password. Try again."_s, {}, true};
}

QList<qsizetype> fittingPasswords(const QStringList &hashes, const QString &password)
{
    if (!isReady())
        return {};
    const QByteArray utf8 = password.toUtf8();
    const auto first = partsOf(hashes.value(0, nobodysHash()));
    const QByteArray digest = first ? digestOf(utf8, *first) : QByteArray();
    QList<qsizetype> fitting;
    for (qsizetype i = 0; i < hashes.size(); ++i) {
        const auto parts = partsOf(hashes[i]);
        const bool alike = first && parts && parts->isLike(*first);
        const bool fits = alike ? isSame(parts->digest, digest)
                                : crypto_pwhash_str_verify(hashes[i].toLatin1().constData(), utf8.constData(), static_cast<unsigned long long>(utf8.size())) == 0;
        if (fits)
            fitting.append(i);
    }
    return fitting;
}

Verdict checkPassword(const QString &password)
{
    constexpr qsizetype shortest = 10;
    constexpr qsizetype longest = 512;
    static const QStringList common{u"password"_s, u"1234567890"_s, u"0123456789"_s, u"qwertyuiop"_s, u"letmein"_s, u"administrator"_s, u"calldeck"_s, u"welcome"_s, u"changeme"_s};
    const auto invalid = [](const QString &message) { return Error{Error::Code::InvalidInput, message, {}, false}; };
    if (password.size() < shortest || password.size() > longest)
        return invalid(u"A password has %1 to %2 characters; 15 or more are better."_s.arg(shortest).arg(longest));
    QString bare = password.toLower();
    while (!bare.isEmpty() && !bare.back().isLetter() && bare.front().isLetter())
        bare.chop(1);
    const bool allSame = password.count(password.front()) == password.size();
    if (allSame || common.contains(bare) || common.contains(password.toLower()))
        return invalid(u"That password is among the first that are tried. Take another one."_s);
    return Done{};
}

} // namespace calldeck
