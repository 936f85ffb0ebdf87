#include "rules/SafeAddress.h"

#include <QRegularExpression>

namespace calldeck
{

namespace
{

bool isThisMachine(const QString &host)
{
    static const QRegularExpression loopback(QStringLiteral("^127(\\.\\d{1,3}){3}\\z"));
    return host == QStringLiteral("localhost") || host == QStringLiteral("::1") || loopback.match(host).hasMatch();
}

} // namespace

bool isSafeAddress(const QUrl &url)
{
    if (!url.isValid() || url.host().isEmpty())
        return false;
    return url.scheme() == QStringLiteral("https") || (url.scheme() == QStringLiteral("http") && isThisMachine(url.host()));
}

} // namespace calldeck
