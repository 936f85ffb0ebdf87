#pragma once

#include "desk/DeskPreferences.h"

#include <QSettings>

namespace calldeck
{

/** Preferences in an INI file of the data directory. QSettings writes on a timer of its own; losing the last change costs a column width. */
class FilePreferences : public DeskPreferences
{
    Q_OBJECT
public:
    explicit FilePreferences(const QString &file) : m_settings(file, QSettings::IniFormat) {}
    QVariant value(const QString &key, const QVariant &fallback) const override { return m_settings.value(key, fallback); }
    void setValue(const QString &key, const QVariant &value) override { m_settings.setValue(key, value); }

private:
    QSettings m_settings;
};

} // namespace calldeck
