#include "secrets/KeychainStore.h"

#include <QTemporaryDir>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

using namespace calldeck;

namespace
{

/** The environment as it was, whatever a test made of it. */
class KeychainStoreTest : public testing::Test
{
protected:
    void SetUp() override { bus = qgetenv("DBUS_SESSION_BUS_ADDRESS"); runtime = qgetenv("XDG_RUNTIME_DIR"); }
    void TearDown() override { qputenv("DBUS_SESSION_BUS_ADDRESS", bus); qputenv("XDG_RUNTIME_DIR", runtime); }
    QByteArray bus;
    QByteArray runtime;
    QTemporaryDir dir;
};

} // namespace

TEST_F(KeychainStoreTest, withoutABusItSaysSoAtOnce)
{
    qunsetenv("DBUS_SESSION_BUS_ADDRESS");
    qputenv("XDG_RUNTIME_DIR", dir.path().toLocal8Bit());
    const auto read = KeychainStore().read(QStringLiteral("calldeck test"));
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, Error::Code::NoKey);
    EXPECT_TRUE(read.error().message.contains(QStringLiteral("no session bus"))) << read.error().message.toStdString();
}

TEST_F(KeychainStoreTest, busWithoutAKeyringIsAnError)
{
    qputenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=" + dir.filePath(QStringLiteral("nobody")).toLocal8Bit());
    EXPECT_FALSE(KeychainStore().read(QStringLiteral("calldeck test")));
    EXPECT_FALSE(KeychainStore().write(QStringLiteral("calldeck test"), "secret"));
}

TEST_F(KeychainStoreTest, keyringThatNeverAnswersIsGivenUp)
{
    const QByteArray path = dir.filePath(QStringLiteral("mute")).toLocal8Bit();
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    ASSERT_LT(static_cast<size_t>(path.size()), sizeof(address.sun_path));
    std::copy(path.begin(), path.end(), address.sun_path);
    const int listening = ::socket(AF_UNIX, SOCK_STREAM, 0);
    ASSERT_EQ(::bind(listening, reinterpret_cast<const sockaddr *>(&address), sizeof address), 0);
    ASSERT_EQ(::listen(listening, 4), 0);
    qputenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=" + path);
    const auto read = KeychainStore(std::chrono::milliseconds(300)).read(QStringLiteral("calldeck test"));
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, Error::Code::NoKey);
    EXPECT_TRUE(read.error().message.contains(QStringLiteral("did not answer"))) << read.error().message.toStdString();
    ::close(listening);
}
