package report

import "testing"

func TestTAP(t *testing.T) {
	t.Parallel()
	checkReadings(t, readTAP, []readingCase{
		{"subtests of Node", `TAP version 13
# Subtest: list
    # Subtest: adds
    ok 1 - adds
      ---
      duration_ms: 0.2
      ...
    # Subtest: empty
        # Subtest: adds
        not ok 1 - adds
          ---
          error: |-
            ok 7 - said so
          ...
        1..1
    not ok 2 - empty
      ---
      type: 'suite'
      ...
    1..2
not ok 1 - list
  ---
  type: 'suite'
  ...
# Subtest: parent
    # Subtest: child
    ok 1 - child
    1..1
not ok 2 - parent
  ---
  duration_ms: 1
  ...
# Subtest: hooked
    ok 1 - child
not ok 3 - hooked
  ---
  type: 'suite'
  error: 'after hook'
  ...
# Subtest: nothing
ok 4 - nothing
  ---
  type: 'suite'
  ...
1..4
`, `list/adds passed "duration_ms: 0.2"
list/empty/adds failed "error: |-\n  ok 7 - said so"
parent/child passed
parent failed "duration_ms: 1"
hooked/child passed
hooked failed "type: 'suite'\nerror: 'after hook'"
nothing passed "type: 'suite'"
`},
		{"subtests of Perl, and what takes time", "# Subtest: list\n    ok 1 - adds\n    ok 2 - removes\n    1..2\nok 1 - list\nok 2 - quick # time=12.3ms\nok 3 - slow # in 2 sec\nok 4 no. # 5\n  ---\nprinted\nok 5 - last\n    ok 1 - breaks off\n",
			"list/adds passed\nlist/removes passed\nlist passed\nquick passed\nslow passed\nno. # 5 passed\nlast passed\nbreaks off passed\n"},
		{"as documented", "TAP version 13\n1..6\nok 1 - adds\nnot ok 2 removes\n  ---\n  got: 3\n  ...\n# more\nok 3 # SKIP no\nnot ok 4 - later # TODO\n    not ok 1 - of a subtest\nok 5\n\x1b[32mok\x1b[0m 6 - coloured\r\nBail out! tired\nok 7 - no more\n",
			"adds passed\nremoves failed \"got: 3\\nmore\"\n3 skipped \"no\"\nlater skipped\n5/of a subtest failed\n5 passed\ncoloured passed\n"},
		{"noise", "okay then\nnot okay\nhello\n", ""},
		{"escapes and directives, as version 14 has them", `TAP version 14
ok 1 - hello # todo
ok 2 - hello \# todo
ok 3 - hello # todo hash \# character
ok 4 - hello # todo hash # character
ok 5 - hello \\ # todo hash \# character
ok 6 - hello # description # todo
ok 7 - hello \\\\\\\# todo
ok 8 - a \ b \n c
1..8
`, `hello skipped
hello # todo passed
hello skipped "hash # character"
hello skipped "hash # character"
hello \ skipped "hash # character"
hello # description # todo passed
hello \\\# todo passed
a \ b \n c passed
`},
		{"a directive is a word of its own behind white space", `ok 1 not skipped: https://example.com/page.html#skip is a url
ok 2 - #SkIp case does not count
ok 3 - keeps # TODOs apart
ok 4 - C# todo lists
ok 5 - # skipping stones
ok 6 - a # skip-list
ok 7 - later # Skipped: only there
not ok 8 - x # TODO: soon
not ok 9 - reads issue #12 # TODO
ok 10 # skip this one
not ok 11# TODO
ok 12 - x	#	skip	tabs
`, `not skipped: https://example.com/page.html#skip is a url passed
2 skipped "case does not count"
keeps # TODOs apart passed
C# todo lists passed
# skipping stones passed
a # skip-list passed
later skipped "only there"
x skipped "soon"
reads issue #12 skipped
10 skipped "this one"
# TODO failed
x skipped "tabs"
`},
		{"a failure whose name holds a directive's words is a failure", "not ok 1 - keeps a line with \\# TODO in it\nnot ok 2 - reads C\\# skip lists\n",
			"keeps a line with # TODO in it failed\nreads C# skip lists failed\n"},
		{"results behind output without a newline", `1..6
ok 1 - a
debugok 2 - b
# of b
xnot ok 3 - c
says not ok 3 is not ok 4 - d
said ok 4 and ok 5 before
ok 5 - e
the end ok 6
`, `a passed
b passed "of b"
c failed
d failed
e passed
6 passed
`},
		{"words like results that are none", `ok 1 - a
is it ok 2 say
ok 2 - b
ok 7 more
  ok 3 - two blanks before
1..2
never ok 3
all ok 1
`, "a passed\nb passed\nmore passed\n"},
		{"a result behind output stands until the line with its number comes", "1..2\nis ok 1 now\nok 1 - a\nstill ok 2 - not yet\nand ok 2 - b\n", "a passed\nb passed\n"},
		{"groups that number anew, with output before their results", "1..2\nxok 1 - adds\nnot ok 2 - removes\n1..1\nyok 1 - adds\n1..1\nok 1 - adds\n", "adds passed\nremoves failed\nadds passed\nadds passed\n"},
		{"a subtest with output before its results", "# Subtest: list\n    ok 1 - adds\nx    not ok 2 - removes\n    1..2\ny# nothing\nznot ok 1 - list\n", "list/adds passed\nlist/removes failed\nlist failed\n"},
		{"subtests whose parents never come are not taken for others", "# Subtest: list\n    # Subtest: adds\n    ok 1 - adds\n    1..1\nok 1 - list\n# Subtest: map\n    # Subtest: adds\n    ok 1 - adds\n",
			"list/adds passed\nlist passed\nmap/adds passed\n"},
		{"the same where Perl indents the comment", "    # Subtest: map \\# 1\n    ok 1 - adds\n    ok 2 - removes\nBail out!\n", "map # 1/adds passed\nmap # 1/removes passed\n"},
		{"a plan that skips all", "1..0 # SKIP no compiler\n", ""},
	})
}
