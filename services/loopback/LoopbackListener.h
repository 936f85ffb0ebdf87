#pragma once

#include "records/Result.h"

#include <QMap>
#include <QObject>
#include <memory>

namespace calldeck
{

/**
 * Waits on this machine for the one answer that a browser brings (RFC 8252 7.3): on 127.0.0.1 only, at a port that the system chose and the path given. The
 * first GET of that path is the answer; whatever comes after it gets 410, any other path 404. Signals come on the thread that made it.
 */
class LoopbackListener : public QObject
{
    Q_OBJECT
public:
    /** `path` is one segment of letters, digits, "-" and "_"; best one that cannot be guessed. Busy when this machine gives no port. */
    static Result<std::unique_ptr<LoopbackListener>> listen(const QString &path);
    /** Stops listening; what was answered has gone out. */
    ~LoopbackListener() override;

    /** http://127.0.0.1:PORT/PATH */
    QString address() const;

Q_SIGNALS:
    /** The parameters of the answer, decoded; of two of one name the first. */
    void answered(const QMap<QString, QString> &parameters);

private:
    class Server;
    explicit LoopbackListener(const QString &path);

    const QString m_path;
    std::unique_ptr<Server> m_server;
};

} // namespace calldeck
