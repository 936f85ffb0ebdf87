#include "desk/DeskService.h"
