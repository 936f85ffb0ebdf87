#pragma once

#include "records/Call.h"

#include <QPointer>
#include <QStyledItemDelegate>

namespace calldeck
{

/**
 * Edits the value of one field in place: a choice for vocabularies and yes/no, a line for the rest, money in currency units.
 * Hands over the text as setFieldText() reads it; what cannot be read is refused with a sentence and leaves the row as it was.
 */
class FieldEditor : public QStyledItemDelegate
{
    Q_OBJECT
public:
    /** `call` outlives this object; the field's number stands in the row's Qt::UserRole of column 0. */
    FieldEditor(const Call &call, QObject *parent) : QStyledItemDelegate(parent), m_call(call) {}

    /** The field whose editor is open: its row must not be written to. */
    std::optional<CallField> edited() const { return m_edited; }
    /** Closes the open editor, if there is one, without its value. */
    void leave();

    QWidget *createEditor(QWidget *parent, const QStyleOptionViewItem &option, const QModelIndex &index) const override;
    void destroyEditor(QWidget *editor, const QModelIndex &index) const override;
    void setEditorData(QWidget *editor, const QModelIndex &index) const override;
    void setModelData(QWidget *editor, QAbstractItemModel *model, const QModelIndex &index) const override;
    QSize sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const override;

protected:
    /** What is half typed when the desk is locked stays as it is: nobody has said that it is done. */
    bool eventFilter(QObject *editor, QEvent *event) override;

Q_SIGNALS:
    void committed(calldeck::CallField field, const QString &text) const;
    void refused(const calldeck::Error &error) const;

private:
    const Call &m_call;
    mutable std::optional<CallField> m_edited;
    mutable QPointer<QWidget> m_widget; ///< the open editor
};

} // namespace calldeck
