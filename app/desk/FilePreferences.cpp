#include "FilePreferences.h"
