using Platform.HealthMonitor;
using Platform.Hosting;

// The health monitor alone, on its port; `platform` runs it with the others in one process.
return await ServiceHost.RunAsync(args, HealthMonitorModule.Module);
