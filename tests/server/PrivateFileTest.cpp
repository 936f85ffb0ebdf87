#include "database/PrivateFile.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <gtest/gtest.h>

using namespace calldeck;
using namespace Qt::StringLiterals;

namespace
{

QByteArray contentOf(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray("unreadable");
}

} // namespace

TEST(PrivateFile, newOneIsForItsOwnerAndNothingElseIsLeft)
{
    const QTemporaryDir folder;
    const QString path = folder.filePath(u"all about (one).json"_s);
    ASSERT_TRUE(writeNewPrivateFile(path, "whole"));
    EXPECT_EQ(contentOf(path), "whole");
    const auto others = QFile::ReadGroup | QFile::WriteGroup | QFile::ExeGroup | QFile::ReadOther | QFile::WriteOther | QFile::ExeOther | QFile::ExeOwner;
    EXPECT_FALSE(QFile::permissions(path) & others);
    EXPECT_EQ(QDir(folder.path()).entryList(QDir::Files | QDir::Hidden | QDir::System).size(), 1);
}

TEST(PrivateFile, newOneTakesNoPlaceThatIsTaken)
{
    const QTemporaryDir folder;
    const QString path = folder.filePath(u"a"_s);
    ASSERT_TRUE(writeNewPrivateFile(path, "first"));
    EXPECT_EQ(writeNewPrivateFile(path, "second").error().code, Error::Code::InvalidInput);
    EXPECT_EQ(contentOf(path), "first");
    // A link that leads nowhere yet would lead the file somewhere else.
    const QString link = folder.filePath(u"link"_s);
    ASSERT_TRUE(QFile::link(folder.filePath(u"elsewhere"_s), link));
    EXPECT_EQ(writeNewPrivateFile(link, "second").error().code, Error::Code::InvalidInput);
    EXPECT_FALSE(QFile::exists(folder.filePath(u"elsewhere"_s)));
    EXPECT_FALSE(writeNewPrivateFile(folder.path(), "second"));
    EXPECT_EQ(writeNewPrivateFile(folder.filePath(u"none/a"_s), "second").error().code, Error::Code::Io);
    EXPECT_EQ(QDir(folder.path()).entryList(QDir::AllEntries | QDir::Hidden | QDir::System | QDir::NoDotAndDotDot).size(), 2);
}
