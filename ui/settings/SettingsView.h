#pragma once

#include "desk/AccountService.h"
#include "desk/DeskPreferences.h"
#include "desk/DeskService.h"
#include "desk/LockService.h"
#include "theme/Controls.h"

namespace calldeck
{

/** How this desk looks, and the rules of the workspace as they stand. */
class SettingsView : public QWidget
{
    Q_OBJECT
public:
    /** `account` null where nobody can sign in, `lock` where nothing can be locked, as in the demo. */
    SettingsView(DeskService &desk, AccountService *account, LockService *lock, Theme &theme, QWidget *window);
    void setDensity(Density density);

Q_SIGNALS:
    void themeChosen(calldeck::ThemeChoice choice);
    void densityChosen(calldeck::Density density);
    void keysAsked();
    void said(const QString &sentence);

private:
    QBoxLayout *addSection(const QString &heading, const QString &explanation);
    void addAppearance();
    void addAccount();
    void addLock(LockService &lock, QWidget *window);
    void addWorkspace();
    void addTargets();
    void addDispositions();
    void addLine(QBoxLayout *section, const QString &name, const QString &value);
    void showTheme();

    DeskService &m_desk;
    AccountService *m_account;
    Theme &m_theme;
    QVBoxLayout *m_column;
    QWidget *m_body;
    QList<Button *> m_themes;
    QList<Button *> m_densities;
};

} // namespace calldeck
