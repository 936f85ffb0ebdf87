#include "auth/Passwords.h"

#include <dlfcn.h>
#include <gtest/gtest.h>
#include <sodium.h>
#include <vector>

using namespace calldeck;
using namespace Qt::StringLiterals;

namespace
{

/** One run of Argon2: its rounds and its memory are its time. */
using Work = std::pair<unsigned long long, size_t>;
std::vector<Work> done;

template <class Function> Function next(const char *name) { return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name)); }

std::vector<Work> workOf(const QStringList &hashes, const QString &password, qsizetype fitting)
{
    done.clear();
    EXPECT_EQ(fittingPasswords(hashes, password).size(), fitting);
    return done;
}

} // namespace

// libsodium's own, with a look at what is asked of it: this program's come first for whatever is linked into it.
extern "C" int crypto_pwhash(unsigned char *const out, unsigned long long size, const char *const password, unsigned long long length, const unsigned char *const salt, unsigned long long rounds,
                             size_t memory, int algorithm)
{
    done.emplace_back(rounds, memory);
    return next<decltype(&crypto_pwhash)>("crypto_pwhash")(out, size, password, length, salt, rounds, memory, algorithm);
}

extern "C" int crypto_pwhash_str_verify(const char *hash, const char *const password, unsigned long long length)
{
    done.emplace_back(0, 0); // its rounds stand in the hash; what matters is that there is one more
    return next<decltype(&crypto_pwhash_str_verify)>("crypto_pwhash_str_verify")(hash, password, length);
}

extern "C" int crypto_pwhash_str_alg(char out[crypto_pwhash_STRBYTES], const char *const password, unsigned long long length, unsigned long long rounds, size_t memory, int algorithm)
{
    done.emplace_back(rounds, memory);
    return next<decltype(&crypto_pwhash_str_alg)>("crypto_pwhash_str_alg")(out, password, length, rounds, memory, algorithm);
}

TEST(PasswordWorkTest, unknownNamesTakeTheSameWorkAsKnownOnes)
{
    // First of all, before anything was made ready: not even the first unknown name may take longer.
    const std::vector<Work> unknown = workOf({}, u"correct-horse-battery"_s, 0);
    ASSERT_EQ(unknown.size(), 1u);
    EXPECT_GE(unknown[0].first, 3u);
    EXPECT_GE(unknown[0].second, size_t(64) * 1024 * 1024);
    const auto hash = hashPassword(u"correct-horse-battery"_s);
    ASSERT_TRUE(hash);
    EXPECT_EQ(workOf({*hash}, u"correct-horse-battery"_s, 1), unknown);
    EXPECT_EQ(workOf({*hash}, u"wrong wrong wrong"_s, 0), unknown);
    EXPECT_EQ(workOf({*hash}, QString(), 0), unknown);
    const auto twin = hashPassword(u"another-horse-battery"_s, *hash);
    ASSERT_TRUE(twin);
    EXPECT_EQ(workOf({*hash, *twin}, u"wrong wrong wrong"_s, 0), unknown) << "as many workspaces as they may have";
    EXPECT_EQ(workOf({}, u"correct-horse-battery"_s, 0), unknown) << "the second unknown name";
}
