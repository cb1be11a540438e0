#include "clock.h"

#include <cstdio>

namespace {
class Clock {
public:
    Clock(int hour, int minute) : minutes(wrap(hour * 60 + minute)) {}
    Clock &operator+=(int value) { minutes = wrap(minutes + value); return *this; }
    bool operator==(const Clock &other) const { return minutes == other.minutes; }
    std::string text() const {
        char buffer[16];
        std::snprintf(buffer, sizeof buffer, "%02d:%02d", minutes / 60 % 24, minutes % 60);
        return buffer;
    }

private:
    static int wrap(int m) { return (m % 1440 + 1440) % 1440; }
    int minutes;
};
}

std::string create(int hour, int minute) { return Clock(hour, minute).text(); }
std::string add(int hour, int minute, int value) { return (Clock(hour, minute) += value).text(); }
std::string subtract(int hour, int minute, int value) { return (Clock(hour, minute) += -value).text(); }
bool equal(int hour1, int minute1, int hour2, int minute2) { return Clock(hour1, minute1) == Clock(hour2, minute2); }
