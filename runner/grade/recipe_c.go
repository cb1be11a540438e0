package grade

import "path"

// recipeC compiles all C files together.
func recipeC(files []string) (recipe, error) {
	argv := append([]string{"gcc", "-std=gnu17", "-O2", "-pipe", "-Wall", "-o", recipeProgram}, arguments(files)...)
	return compiled("gcc", append(argv, "-lm", "-pthread")), nil
}

// recipeCPP compiles all C++ files together.
func recipeCPP(files []string) (recipe, error) {
	argv := append([]string{"g++", "-std=gnu++20", "-O2", "-pipe", "-Wall", "-o", recipeProgram}, arguments(files)...)
	return compiled("g++", append(argv, "-lm", "-pthread")), nil
}

// recipeMixed compiles C and C++ files, each as its own language, into one program.
func recipeMixed(files []string) (recipe, error) {
	argv := append([]string{"gcc", "-O2", "-pipe", "-Wall", "-o", recipeProgram}, arguments(files)...)
	return compiled("gcc", append(argv, "-lstdc++", "-lm", "-pthread")), nil
}

// compiled is a recipe whose compiler writes the program itself.
func compiled(name string, argv []string) recipe {
	return recipe{name: name, steps: [][]string{{"mkdir", "-p", path.Dir(recipeProgram)}, argv}}
}
