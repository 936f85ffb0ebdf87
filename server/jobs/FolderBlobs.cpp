#include "jobs/BlobStore.h"
#include "jobs/RowSink.h"

namespace calldeck
{

using namespace Qt::StringLiterals;

namespace
{

class FolderBlobs : public BlobStore
{
public:
    explicit FolderBlobs(std::shared_ptr<DataFolder> folder) : m_folder(std::move(folder)) {}

    Verdict put(const QString &name, QByteArrayView bytes, const QByteArray &) override
    {
        const QString part = name + u".part"_s;
        auto file = m_folder->create(part);
        if (!file)
            return file.error();
        Verdict done = writeAll(**file, bytes);
        if (done)
            done = m_folder->publish(**file, part, name);
        if (!done)
            (void)m_folder->remove(part);
        return done;
    }
    Result<Content> read(const QString &name) override
    {
        auto file = m_folder->read(name);
        if (!file)
            return file.error();
        const std::shared_ptr<QFile> shared = *std::move(file);
        return Content{[shared](qint64 most) -> Result<QByteArray> { return shared->read(most); }, shared->size()};
    }
    Verdict remove(const QString &name) override { return m_folder->remove(name); }

private:
    const std::shared_ptr<DataFolder> m_folder;
};

} // namespace

std::shared_ptr<BlobStore> folderBlobs(std::shared_ptr<DataFolder> folder) { return std::make_shared<FolderBlobs>(std::move(folder)); }

} // namespace calldeck
