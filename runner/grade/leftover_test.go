package grade

import (
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// subjectOf writes files to a directory, given as content by path, and makes a subject of them.
func subjectOf(t *testing.T, files map[string]string) *subject {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		target := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(target, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	list, err := listCommitted(dir)
	if err != nil {
		t.Fatal(err)
	}
	b := &subject{}
	for _, f := range list {
		b.add(f, dir, true)
	}
	return b
}

const (
	class  = "\xca\xfe\xba\xbe\x00\x00\x00\x3d\x00\x01"
	object = "\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00\x3e\x00"
)

// TestLeftoversAreRecognisedByContent lists the traces of common tools, and students' own directories
// with the same names.
func TestLeftoversAreRecognisedByContent(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		files string // paths, or path=content
		work  string // the files that build: auto treats as sources
	}{
		"CMake, out of source": {
			files: "main.c CMakeLists.txt build/CMakeCache.txt build/CMakeFiles/3.25.1/CompilerIdC/CMakeCCompilerId.c build/_deps/gtest-src/gtest.cc build/app_autogen/moc.cpp build/Makefile",
			work:  "main.c",
		},
		"CMake, in source":    {"main.c CMakeCache.txt CMakeFiles/cmake.check_cache CMakeFiles/feature_tests.c", "main.c"},
		"CMake, by CLion":     {"src/main.cpp cmake-build-debug/CMakeCache.txt cmake-build-debug/CMakeFiles/3.27.8/CompilerIdCXX/CMakeCXXCompilerId.cpp", "src/main.cpp"},
		"no CMake":            {"CMakeFiles/main.c CMakeFiles/list.c", "CMakeFiles/list.c CMakeFiles/main.c"},
		"no CMake, build":     {"build/main.c build/list.c build/list.h", "build/list.c build/main.c"},
		"work beside CMake's": {"build/CMakeCache.txt build/CMakeFiles/Makefile2 build/CMakeFiles/x.c build/main.c", "build/main.c"},
		"Gradle": {
			files: "build.gradle src/main/java/Main.java build/generated/sources/a/X.java build/tmp/compileJava/Main.java build/reports/tests/js/report.js .gradle/8.5/x.py",
			work:  "src/main/java/Main.java",
		},
		"no Gradle":          {"build/tmp/Main.java build/generated/Other.java", "build/generated/Other.java build/tmp/Main.java"},
		"work beside Gradle": {"gradlew build/Main.java build/classes/java/main/Main.class", "build/Main.java"},
		"Maven":              {"pom.xml src/main/java/Main.java target/generated-sources/annotations/X.java target/site/apidocs/script.js", "src/main/java/Main.java"},
		"no Maven":           {"target/Main.java target/Shooter.java", "target/Main.java target/Shooter.java"},
		"a package target":   {"src/target/Main.java src/target/classes/Archer.java", "src/target/Main.java src/target/classes/Archer.java"},
		"Ant by NetBeans":    {"build.xml src/Main.java build/generated-sources/ap/X.java dist/javadoc/a.js", "src/Main.java"},
		"IDEs":               {".idea/x.py .vs/a.cpp .vscode/b.c .settings/c.java src/main.c", "src/main.c"},
		"Eclipse's copies":   {"src/Main.java src/h.py=1 bin/Main.class=" + class + " bin/h.py=1", "src/Main.java src/h.py"},
		"own bin":            {"src/Main.java bin/run.py=1 bin/Main.class=" + class, "bin/run.py src/Main.java"},
		"IntelliJ's copies":  {"src/Main.java=x out/production/a/Main.class=" + class + " out/production/a/Main.java=x", "src/Main.java"},
		"npm":                {"main.js package.json node_modules/left-pad/package.json node_modules/left-pad/index.js", "main.js"},
		"own node_modules":   {"node_modules/main.js node_modules/list.js", "node_modules/list.js node_modules/main.js"},
		"venv":               {"main.py venv/pyvenv.cfg venv/bin/activate venv/bin/activate_this.py venv/lib/python3.11/site-packages/pip/__init__.py", "main.py"},
		"venv at the top":    {"main.py pyvenv.cfg bin/activate_this.py lib/python3.11/site-packages/six.py lib64/python3/site-packages/x.py include/greenlet.c", "main.py"},
		"venv of Windows":    {"main.py env/pyvenv.cfg env/Scripts/activate.bat env/Scripts/x.py env/Lib/site-packages/six.py", "main.py"},
		"own venv":           {"venv/main.py venv/shop.py", "venv/main.py venv/shop.py"},
		"site-packages":      {"main.py lib/site-packages/six-1.0.dist-info/METADATA lib/site-packages/six.py", "main.py"},
		"setuptools":         {"pyproject.toml pkg/a.py build/lib/pkg/a.py build/bdist.linux-x86_64/x.py", "pkg/a.py"},
		"own build/lib":      {"main.py build/lib/a.py", "build/lib/a.py main.py"},
		"Xcode":              {"hello/main.c hello.xcodeproj/project.pbxproj DerivedData/hello/Build/Intermediates.noindex/hello_vers.c", "hello/main.c"},
		"own DerivedData":    {"DerivedData/main.c DerivedData/data.c", "DerivedData/data.c DerivedData/main.c"},
		"Visual Studio":      {"hello.sln hello/main.cpp x64/Debug/hello.exe x64/Debug/main.obj packages/boost.1.0/boost.1.0.nupkg packages/boost.1.0/src/a.cpp", "hello/main.cpp"},
		"own Debug":          {"Debug/main.cpp Release/list.cpp x64/asm.cpp", "Debug/main.cpp Release/list.cpp x64/asm.cpp"},
		"macOS":              {"main.c ._main.c __MACOSX/._main.c __MACOSX/sub/._x.c __MACOSX/.DS_Store", "main.c"},
		"own __MACOSX":       {"__MACOSX/main.c", "__MACOSX/main.c"},
		"cargo":              {"main.c ffi/target/CACHEDIR.TAG=" + strings.ReplaceAll(cacheTag, " ", "\x00") + " ffi/target/out/x.c", "main.c"},
		"no cache":           {"main.c data/CACHEDIR.TAG=none data/x.c", "data/x.c main.c"},
		"javadoc":            {"Main.java doc/index.html doc/stylesheet.css doc/element-list doc/script.js doc/jquery/jquery.js", "Main.java"},
		"Doxygen":            {"main.cc html/index.html html/doxygen.css html/jquery.js", "main.cc"},
		"coverage":           {"main.py htmlcov/index.html htmlcov/coverage_html.js", "main.py"},
		"lcov":               {"main.js coverage/lcov-report/index.html coverage/lcov-report/prettify.js coverage/lcov-report/sorter.js", "main.js"},
		"own page":           {"index.html main.js style.css", "main.js"},
	} {
		files := map[string]string{}
		for word := range strings.FieldsSeq(test.files) {
			path, content, _ := strings.Cut(word, "=")
			files[path] = strings.ReplaceAll(content, "\x00", " ")
		}
		b := subjectOf(t, files)
		b.left = directoryOf(b.sources).leftovers()
		var work []string
		for _, f := range b.sources {
			if knownEnding(f.name) && b.isWork(f.name) {
				work = append(work, f.name)
			}
		}
		if diff := cmp.Diff(test.work, strings.Join(work, " ")); diff != "" {
			t.Errorf("%s: %v: %s", name, b.left, diff)
		}
	}
}

func TestBinariesAreRecognisedByMagic(t *testing.T) {
	t.Parallel()
	pad := strings.Repeat("\x00", 64)
	windows := "MZ" + pad[:58] + "\x40\x00\x00\x00" + "PE\x00\x00\x64\x86"
	for name, test := range map[string]struct{ content, want string }{
		"main.o":        {object, "object Linux x86-64"},
		"hello":         {"\x7fELF\x02\x01\x01" + pad[:9] + "\x03\x00\xb7\x00", "program Linux arm64"},
		"small":         {"\x7fELF\x01\x01\x01" + pad[:9] + "\x02\x00\x03\x00", "program Linux 32-bit x86"},
		"mac":           {"\xcf\xfa\xed\xfe\x0c\x00\x00\x01\x00\x00\x00\x00\x02\x00\x00\x00", "program macOS arm64"},
		"mac.o":         {"\xcf\xfa\xed\xfe\x07\x00\x00\x01\x03\x00\x00\x00\x01\x00\x00\x00", "object macOS x86-64"},
		"universal":     {"\xca\xfe\xba\xbe\x00\x00\x00\x02" + pad, "program macOS several machines"},
		"Main.class":    {class, "class  "},
		"hello.exe":     {windows, "program Windows x86-64"},
		"main.obj":      {"\x64\x86\x02\x00" + pad, "object Windows x86-64"},
		"libx.a":        {"!<arch>\nx.o/", "object  "},
		"main.d":        {"main.o: main.c main.h\n", "object  "},
		"x.pyc":         {"\xa7\r\r\n\x00\x00\x00\x00", "class  "},
		"stdafx.h.gch":  {"gpch.014", "object  "},
		"app.d":         {"import std.stdio; void main() { }", ""},
		"MZ.txt":        {"MZ and others\n" + strings.Repeat("text ", 40), ""},
		"ELF.txt":       {"\x7fELF", ""},
		"main.c":        {"int main(void) { return 0; }", ""},
		"cafebabe.data": {"\xca\xfe", ""},
		"empty.o":       {"", ""},
	} {
		b, ok := binaryOf(path.Base(name), []byte(test.content))
		got := ""
		if ok {
			got = string(b.kind) + " " + b.system + " " + b.machine
		}
		if got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}

func TestTracesNoteNamesSourceLookalikes(t *testing.T) {
	t.Parallel()
	files := map[string]string{"Main.java": "class Main { }", "._Main.java": "Mac OS X", ".DS_Store": "", "__MACOSX/._Main.java": ""}
	const want = "note: left by macOS and no source: ._Main.java and\n__MACOSX/._Main.java. To remove it:\n  git rm --cached ._Main.java __MACOSX/._Main.java\nthen commit and push"
	if got := strings.Join(subjectOf(t, files).tracesNote(), "\n"); got != want {
		t.Errorf("%s", got)
	}
}

func TestProductsNoteNamesBuiltFiles(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		files map[string]string
		want  string
	}{
		"an object and a program": {
			map[string]string{"main.c": "", "main.o": object, "hello": "\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x03\x00\x3e\x00"},
			"note: built files were pushed beside their sources: hello, main.o.\n" +
				"Here they are older than every source, so that make and javac build\n" +
				"them again. To remove them:\n  git rm --cached hello main.o\n  git commit -m \"Remove built files\"\nand push again",
		},
		"classes in a directory of their own": {
			map[string]string{"src/A.java": "", "out/A.class": class, "out/A$B.class": class},
			"note: built files were pushed beside their sources: out/. Here they\n" +
				"are older than every source, so that make and javac build them again.\n" +
				"To remove them:\n  git rm -r --cached out\n  git commit -m \"Remove built files\"\nand push again",
		},
		"an object that has no source here": {map[string]string{"main.c": "", "given.o": object}, ""},
		"sources alone":                     {map[string]string{"main.c": "", "Makefile": "", "data.bin": "\x00\x01"}, ""},
		"a library of Java's":               {map[string]string{"Main.java": "", "lib/junit.jar": "PK\x03\x04"}, ""},
	} {
		if got := strings.Join(subjectOf(t, test.files).productsNote(), "\n"); got != test.want {
			t.Errorf("%s:\n%s\nwant:\n%s", name, got, test.want)
		}
	}
}
