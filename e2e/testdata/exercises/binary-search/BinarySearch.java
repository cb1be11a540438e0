class BinarySearch {
    static int find(int[] array, int value) {
        int low = 0, high = array.length;
        while (low < high) {
            int middle = (low + high) / 2;
            if (array[middle] == value) return middle;
            if (array[middle] < value) low = middle + 1;
            else high = middle;
        }
        throw new IllegalArgumentException("value not in array");
    }
}
