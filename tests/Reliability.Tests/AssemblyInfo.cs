// One virtual time for all worlds: who else used the thread pool would hold it up.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
