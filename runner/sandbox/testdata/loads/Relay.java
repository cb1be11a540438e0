import java.util.concurrent.SynchronousQueue;

/** Four threads hand a token round, as the threads of a virtual machine wait for each other: one works at a time. */
class Relay {
    public static void main(String[] args) throws Exception {
        int rounds = Integer.parseInt(args[0]), runners = 4;
        SynchronousQueue<Integer>[] queues = new SynchronousQueue[runners];
        for (int i = 0; i < runners; i++)
            queues[i] = new SynchronousQueue<>();
        for (int i = 1; i < runners; i++) {
            SynchronousQueue<Integer> in = queues[i], out = queues[(i + 1) % runners];
            Thread t = new Thread(() -> {
                try {
                    for (;;)
                        out.put(work(in.take()));
                } catch (InterruptedException e) {
                    return;
                }
            });
            t.setDaemon(true);
            t.start();
        }
        for (int i = 0; i < rounds; i++) {
            queues[1].put(work(i));
            queues[0].take();
        }
        System.out.println("round");
    }

    static int work(int n) {
        long end = System.nanoTime() + 200_000;
        while (System.nanoTime() < end)
            n ^= n << 1;
        return n;
    }
}
