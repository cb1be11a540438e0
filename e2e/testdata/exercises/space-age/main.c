#include <stdio.h>
#include <string.h>

int main(void) {
    static const struct { const char *name; double years; } planets[] = {
        {"Mercury", 0.2408467}, {"Venus", 0.61519726}, {"Earth", 1}, {"Mars", 1.8808158},
        {"Jupiter", 11.862615}, {"Saturn", 29.447498}, {"Uranus", 84.016846}, {"Neptune", 164.79132}};
    char name[64];
    double seconds;
    if (scanf("%63s %lf", name, &seconds) != 2) return 1;
    for (size_t i = 0; i < sizeof planets / sizeof *planets; i++)
        if (!strcmp(name, planets[i].name)) {
            printf("%.6e\n", seconds / 31557600 / planets[i].years);
            return 0;
        }
    puts("error: not a planet");
}
