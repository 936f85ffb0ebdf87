#pragma once

#include <QByteArray>
#include <QString>

namespace calldeck
{

/** The identity provider through which people may sign in, and as what this backend is known to it. */
struct OpenIdConfig {
    QString issuer; ///< as the provider spells it; "": nobody signs in this way
    QString client_id;
    QByteArray secret;     ///< "" for a public client
    QString ca_file;       ///< PEM; "" for the system's authorities
    QString redirect_path; ///< the one path that the provider takes desks to, without "/"; "": each sign-in has its own

    bool isOn() const { return !issuer.isEmpty(); }
};

} // namespace calldeck
