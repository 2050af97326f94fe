using Platform.Deployment;
using Platform.Hosting;

return await ServiceHost.RunAsync(args, DeploymentModule.Module);
