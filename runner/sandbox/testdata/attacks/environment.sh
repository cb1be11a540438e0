# Leaves everything that steers tools of a later step: programs, modules, start-up files. Each
# says so when it is used.
say='echo "escaped: $0"'
for name in gcc cc make sh env ls cat java javac python3; do
  printf '#!/bin/sh\n%s\n' "$say" >$name
  chmod 700 $name
done
for name in .profile .bashrc .shrc .pythonrc; do echo "$say" >$name; done
for name in sitecustomize.py usercustomize.py os.py site.py encodings.py; do echo 'print("escaped: a module")' >$name; done
echo 'import os; print("escaped: a path file")' >evil.pth
echo '-javaagent:evil.jar' >JDK_JAVA_OPTIONS
(echo "$PWD/evil.so" >/etc/ld.so.preload) 2>/dev/null && echo "escaped: ld.so.preload"
printf 'void __attribute__((constructor)) f(void) { __builtin_puts("escaped: preloaded"); }\n' >evil.c
/usr/bin/gcc -shared -fPIC -o evil.so evil.c
export LD_PRELOAD=$PWD/evil.so PYTHONPATH=$PWD PYTHONSTARTUP=$PWD/.pythonrc JAVA_TOOL_OPTIONS=-javaagent:evil.jar BASH_ENV=$PWD/.bashrc ENV=$PWD/.shrc
exit 0
