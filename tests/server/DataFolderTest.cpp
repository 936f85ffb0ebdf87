#include "jobs/DataFolder.h"

#include <QDir>
#include <QTemporaryDir>
#include <gtest/gtest.h>
#include <sys/stat.h>

using namespace calldeck;
using namespace Qt::StringLiterals;

namespace
{

mode_t modeOf(const QString &path)
{
    struct stat about {};
    return ::stat(QFile::encodeName(path).constData(), &about) == 0 ? about.st_mode & 0777 : 0;
}

} // namespace

class DataFolderTest : public testing::Test
{
protected:
    void SetUp() override
    {
        auto opened = DataFolder::open(root.filePath(u"data/files"_s));
        ASSERT_TRUE(opened);
        folder = *opened;
    }
    void put(const QString &name, const QByteArray &bytes)
    {
        auto file = folder->create(name + u".part"_s);
        ASSERT_TRUE(file);
        (*file)->write(bytes);
        ASSERT_TRUE(folder->publish(**file, name + u".part"_s, name));
    }
    QTemporaryDir root;
    std::shared_ptr<DataFolder> folder;
};

TEST_F(DataFolderTest, filesAreTheirOwnersOnly)
{
    put(u"a1"_s, "bytes");
    EXPECT_EQ(modeOf(root.filePath(u"data/files"_s)), 0700U);
    EXPECT_EQ(modeOf(root.filePath(u"data/files/a1"_s)), 0600U);
    EXPECT_FALSE(folder->has(u"a1.part"_s));
    const auto file = folder->read(u"a1"_s);
    ASSERT_TRUE(file);
    EXPECT_EQ((*file)->readAll(), "bytes");
}

TEST_F(DataFolderTest, nothingIsOverwrittenOrFollowed)
{
    put(u"a1"_s, "first");
    put(u"a1"_s, "second");
    EXPECT_EQ((*folder->read(u"a1"_s))->readAll(), "first");
    EXPECT_FALSE(folder->create(u"a1"_s));
    const QString outside = root.filePath(u"outside"_s);
    QFile secret(outside);
    ASSERT_TRUE(secret.open(QIODevice::WriteOnly));
    secret.write("secret");
    secret.close();
    ASSERT_TRUE(QFile::link(outside, root.filePath(u"data/files/link"_s)));
    EXPECT_FALSE(folder->read(u"link"_s));
    EXPECT_FALSE(folder->create(u"link"_s));
    EXPECT_FALSE(folder->has(u"link"_s));
    EXPECT_TRUE(folder->remove(u"link"_s));
    EXPECT_TRUE(QFile::exists(outside));
}

TEST_F(DataFolderTest, namesThatLeadElsewhereAreRefused)
{
    for (const QString &name : {QString(), u"."_s, u".."_s, u"../x"_s, u"/etc/passwd"_s, u"a/b"_s, u"a\\b"_s, u".hidden"_s, u"a b"_s, QString(u'a' + QChar(0)), u"\u00e4"_s, QString(200, u'a')}) {
        EXPECT_FALSE(folder->create(name)) << name.toStdString();
        EXPECT_FALSE(folder->read(name)) << name.toStdString();
        EXPECT_FALSE(folder->remove(name)) << name.toStdString();
    }
}

TEST_F(DataFolderTest, folderThatIsALinkIsRefused)
{
    ASSERT_TRUE(QDir(root.path()).mkdir(u"real"_s));
    ASSERT_TRUE(QFile::link(root.filePath(u"real"_s), root.filePath(u"linked"_s)));
    EXPECT_FALSE(DataFolder::open(root.filePath(u"linked"_s)));
}
