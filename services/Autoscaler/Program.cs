using Platform.Autoscaler;
using Platform.Hosting;

// The autoscaler alone, on its port; `platform` runs it with the others in one process.
return await ServiceHost.RunAsync(args, AutoscalerModule.Module);
