using Platform.Gateway;
using Platform.Hosting;

return await ServiceHost.RunAsync(args, GatewayModule.Module);
