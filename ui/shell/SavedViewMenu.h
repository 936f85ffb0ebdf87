#pragma once

#include "desk/DeskService.h"
#include "theme/Controls.h"

#include <QLineEdit>

namespace calldeck
{

/** The saved views: choose one, keep the present filter under a name, remove one. */
class SavedViewMenu : public Popover
{
    Q_OBJECT
public:
    SavedViewMenu(DeskService &desk, const Theme &theme, QWidget *window);
    /** `expression` is the present filter, "" when nothing is filtered. */
    void open(QWidget *anchor, const QString &expression);

Q_SIGNALS:
    void chosen(const QString &name, const QString &expression);
    void failed(const calldeck::Error &error);

private:
    void show(const QList<SavedView> &views);
    void addRow(const SavedView &view);
    void keep();
    void remove(qint64 id);

    DeskService &m_desk;
    const Theme &m_theme;
    QPointer<QWidget> m_anchor;
    QString m_expression;
    QWidget *m_list;
    QWidget *m_keeper;
    QLineEdit *m_name;
};

} // namespace calldeck
