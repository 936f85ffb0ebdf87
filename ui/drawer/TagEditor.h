#pragma once

#include "desk/DeskService.h"
#include "theme/Controls.h"

#include <QLineEdit>

class QCompleter;
class QStringListModel;

namespace calldeck
{

/** The tags of a call as removable chips, and a field with completion that adds one at Enter. Saves at once. */
class TagEditor : public QWidget
{
    Q_OBJECT
public:
    TagEditor(DeskService &desk, const Theme &theme, QWidget *parent = nullptr);
    void setCall(CallKey call, const QStringList &tags);
    void focusField() { m_field->setFocus(); }

Q_SIGNALS:
    void saved(const calldeck::Receipt &receipt, const QString &sentence);
    void failed(const calldeck::Error &error);

private:
    void rebuild();
    void change(const QStringList &added, const QStringList &removed, const QString &sentence);

    DeskService &m_desk;
    const Theme &m_theme;
    CallKey m_call = 0;
    QStringList m_tags;
    QWidget *m_chips;
    QLineEdit *m_field;
    QStringListModel *m_known;
};

} // namespace calldeck
