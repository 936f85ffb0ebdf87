#pragma once

#include <QObject>
#include <optional>

namespace calldeck
{

/** Who is signed in where. */
struct SignedIn {
    QString name;
    QString email;
    QString server; ///< host
};

/** Whose desk this is, as the window shows it; lives on the GUI thread. */
class AccountService : public QObject
{
    Q_OBJECT
public:
    using QObject::QObject;
    /** Nothing on a desk that works by itself. */
    virtual std::optional<SignedIn> signedIn() const = 0;
    /** Asks the person for a server and an account; the desk opens anew with that account's calls. */
    virtual void signIn() = 0;
    /** Asks what is to become of what was not sent yet; the desk closes and asks who is next. */
    virtual void signOut() = 0;
};

} // namespace calldeck
