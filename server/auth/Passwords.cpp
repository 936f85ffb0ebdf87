#include "auth/Passwords.h"

#include <QStringList>
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

/** Compared against when there is no account, so that time tells nothing. */
const QString &nobodysHash()
{
    static const QString hash = [] {
        const auto made = hashPassword(u"nobody has this password"_s);
        return made ? *made : QString();
    }();
    return hash;
}

} // namespace

Result<QString> hashPassword(const QString &password)
{
    const QByteArray utf8 = password.toUtf8();
    char hash[crypto_pwhash_STRBYTES];
    if (isReady() && crypto_pwhash_str_alg(hash, utf8.constData(), static_cast<unsigned long long>(utf8.size()), rounds, memory, crypto_pwhash_ALG_ARGON2ID13) == 0)
        return QString::fromLatin1(hash);
    return Error{Error::Code::Busy, u"There is not enough memory to check a password. Try again."_s, {}, true};
}

bool passwordFits(const QString &hash, const QString &password)
{
    const QByteArray known = (hash.isEmpty() ? nobodysHash() : hash).toLatin1();
    const QByteArray utf8 = password.toUtf8();
    const bool fits = isReady() && crypto_pwhash_str_verify(known.constData(), utf8.constData(), static_cast<unsigned long long>(utf8.size())) == 0;
    return fits && !hash.isEmpty();
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
