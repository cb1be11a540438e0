package scrabble

import "strings"

func score(word string) int {
	sum := 0
	for _, letter := range strings.ToUpper(word) {
		switch {
		case strings.ContainsRune("AEIOULNRST", letter):
			sum++
		case strings.ContainsRune("DG", letter):
			sum += 2
		case strings.ContainsRune("BCMP", letter):
			sum += 3
		case strings.ContainsRune("FHVWY", letter):
			sum += 4
		case letter == 'K':
			sum += 5
		case strings.ContainsRune("JX", letter):
			sum += 8
		default:
			sum += 10
		}
	}
	return sum
}
